/** Keys and bytes that the suites use. */
import type { ObjectKey } from "@crv/core";
import type { ObjectReader } from "../object-store.js";

export const FULL = { durability: "full" } as const;
export const PROCESS = { durability: "process" } as const;

export function key(text: string): ObjectKey {
  return text as ObjectKey;
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** `sizeBytes` bytes that repeat only after a prime number of them. */
export function pattern(sizeBytes: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, i) => ((i + seed) % 251) ^ seed);
}

export async function* inPieces(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

/** Text of an object, undefined when absent. */
export async function textUnder(store: ObjectReader, at: ObjectKey): Promise<string | undefined> {
  const bytes = await store.get(at, { sizeBytesMax: 1 << 20 });
  return bytes && new TextDecoder().decode(bytes);
}

export async function keysUnder(
  store: ObjectReader,
  prefix = "",
  after?: ObjectKey,
): Promise<readonly string[]> {
  const keys: string[] = [];
  const options = after === undefined ? undefined : { after };
  for await (const info of store.list(prefix, options)) keys.push(info.key);
  return keys;
}

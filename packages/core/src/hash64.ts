/**
 * XXH64, seed 0, of short texts of bytes: spreads keys evenly. It identifies nothing, see seal.ts for
 * what does. Source: docs/format/key-filter.md, "Hash".
 */
import { createXXHash64, type IHasher } from "hash-wasm";

/** The upper 52 bits of the XXH64 of `bytes`, a number that is exact. */
export type Hash52 = (bytes: Uint8Array) => number;

let shared: Promise<IHasher> | undefined;

/** Calls of the function are synchronous, about a quarter of a microsecond each. */
export async function createHash52(): Promise<Hash52> {
  // One hasher serves all callers: init, update and digest run without a pause between them.
  shared ??= createXXHash64();
  const hasher = await shared;
  return (bytes) => {
    const digest = hasher.init().update(bytes).digest("binary");
    const at = (byte: number): number => digest[byte] as number;
    const high = at(0) * 2 ** 24 + (at(1) << 16) + (at(2) << 8) + at(3);
    return high * 2 ** 20 + (at(4) << 12) + (at(5) << 4) + (at(6) >>> 4);
  };
}

/**
 * The marker of a store as text: what is written, and whether what is read is that.
 * Source: docs/format/layout.md, "The marker".
 */
import { canonicalJson, digestOf, FORMAT_VERSION, IoManifestError } from "@crv/core";

export interface Marker {
  readonly format: number;
  readonly storeId: string;
}

/** One line of canonical JSON, with the digest of the same without it. */
export async function encodeMarker({ format, storeId }: Marker): Promise<Uint8Array> {
  const body = { format, store_id: storeId };
  return new TextEncoder().encode(lineOf({ ...body, digest: await digestOfBody(body) }));
}

/**
 * @param path For the error.
 * @param checkFormat Called once the format is known to be what was written, before the rest is looked at.
 * @throws IoManifestError `CORRUPT`; what `checkFormat` throws.
 */
export async function decodeMarker(
  path: string,
  bytes: Uint8Array,
  checkFormat: (format: number) => void,
): Promise<Marker> {
  const [text, value] = parse(path, bytes);
  const { format, store_id: storeId, digest, ...others } = value;
  // Written by hand, or by an earlier build: two members, and no digest.
  const isBare = digest === undefined && Object.keys(others).length === 0;
  if (!isBare) {
    const { digest: _, ...body } = value;
    if (digest !== (await digestOfBody(body)) || text !== lineOf(value)) throw damaged(path);
  }
  if (!Number.isSafeInteger(format)) throw damaged(path);
  checkFormat(format as number);
  if (typeof storeId !== "string" || storeId === "") throw damaged(path);
  return { format: format as number, storeId };
}

function parse(path: string, bytes: Uint8Array): readonly [string, Record<string, unknown>] {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return [text, value as Record<string, unknown>];
    }
  } catch (cause) {
    throw damaged(path, cause);
  }
  throw damaged(path);
}

function lineOf(value: Record<string, unknown>): string {
  return `${canonicalJson(value)}\n`;
}

function digestOfBody(body: Record<string, unknown>): Promise<string> {
  return digestOf(new TextEncoder().encode(canonicalJson(body)));
}

function damaged(path: string, cause?: unknown): IoManifestError {
  return new IoManifestError(
    "CORRUPT",
    `${path} is damaged: it must hold {"format":${FORMAT_VERSION},"store_id":"…"}, with the digest that it was written with or none; restore it from a backup, or write it so with a ULID of your own: the runs beside it are not affected`,
    { details: { path }, cause },
  );
}

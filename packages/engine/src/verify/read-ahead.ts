/** Reads an object in pieces, the next ones while a piece is looked at, in bounded memory. */
import { IoError, type ObjectKey } from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";

/** The processor's cache holds it when it is looked at, and the event loop turns between two. */
export const PIECE_BYTES = 2 * 1024 * 1024;
const PIECES_AHEAD = 2;

/**
 * The first `sizeBytes` of an object.
 *
 * @returns pieces, each of which is overwritten once the next is asked for.
 * @throws IoError `NOT_FOUND`; `CORRUPT` when it ends before; those of `get`. The reason of `signal`.
 */
export async function* readAhead(
  reader: ObjectReader,
  key: ObjectKey,
  sizeBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const arrays: Uint8Array[] = [];
  const ahead: Promise<Uint8Array>[] = [];
  let asked = 0;
  const ask = (): void => {
    const range = { start: asked, end: Math.min(sizeBytes, asked + PIECE_BYTES) };
    const at = (asked / PIECE_BYTES) % (PIECES_AHEAD + 1);
    arrays[at] ??= new Uint8Array(range.end - range.start);
    const piece = readPiece(reader, key, range, arrays[at].subarray(0, range.end - range.start));
    // One that fails is told when its turn comes.
    piece.catch(() => undefined);
    ahead.push(piece);
    asked = range.end;
  };
  try {
    while (asked < sizeBytes || ahead.length > 0) {
      signal?.throwIfAborted();
      while (asked < sizeBytes && ahead.length <= PIECES_AHEAD) ask();
      yield await (ahead.shift() as Promise<Uint8Array>);
    }
  } finally {
    // The store may be closed next.
    await Promise.allSettled(ahead);
  }
}

async function readPiece(
  reader: ObjectReader,
  key: ObjectKey,
  range: { readonly start: number; readonly end: number },
  into: Uint8Array,
): Promise<Uint8Array> {
  const found = await reader.get(key, { range, sizeBytesMax: PIECE_BYTES, into });
  if (found === undefined) {
    throw new IoError("NOT_FOUND", `${key} is not there any more`, { details: { key } });
  }
  if (found.byteLength === into.byteLength) return found;
  throw new IoError("CORRUPT", `${key} ends before byte ${range.end}: it was truncated`, {
    details: { key, expected: range.end },
  });
}

/** Where bytes are read from. */
import { SafetensorsError } from "./errors.js";

export interface ReadOptions {
  /** Cancels the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A source of bytes that can be read in parts: a file, a Blob, an object behind HTTP. */
export interface RangeReader {
  /** Bytes of the whole; must not change. */
  readonly byteLength: number;
  /**
   * Reads the bytes from `begin` to before `end`, which lie within `byteLength`, and no others. The
   * result has exactly `end - begin` bytes and is not written to by anyone afterwards.
   */
  read(begin: number, end: number, options?: ReadOptions): Promise<Uint8Array>;
}

/** Reads from memory. What is read are views, never copies. */
export function bytesReader(bytes: Uint8Array): RangeReader {
  return {
    byteLength: bytes.byteLength,
    async read(begin, end) {
      return bytes.subarray(begin, end);
    },
  };
}

/** The part of a Blob, or of a File in a browser, that is needed. */
export interface BlobLike {
  readonly size: number;
  slice(begin: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Reads from a Blob: a file that was dropped on a page, or the result of `fs.openAsBlob`. */
export function blobReader(blob: BlobLike): RangeReader {
  return {
    byteLength: blob.size,
    async read(begin, end) {
      return new Uint8Array(await blob.slice(begin, end).arrayBuffer());
    },
  };
}

/**
 * Reads, and checks what came.
 *
 * @throws SafetensorsError `SHORT_READ` - another number of bytes than asked for
 */
export async function readExactly(
  source: RangeReader,
  begin: number,
  end: number,
  { signal }: ReadOptions,
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  if (begin === end) return new Uint8Array(0);
  const bytes = await source.read(begin, end, signal === undefined ? {} : { signal });
  signal?.throwIfAborted();
  if (bytes.byteLength === end - begin) return bytes;
  throw new SafetensorsError(
    "SHORT_READ",
    `asked for the ${end - begin} bytes from ${begin}, the source gave ${bytes.byteLength}: was it changed since it was opened?`,
    { offset: begin, expectedBytes: end - begin, actualBytes: bytes.byteLength },
  );
}

/** Reading from a file that stays open. */
import { type FileHandle, open } from "node:fs/promises";
import { SafetensorsError } from "../errors.js";
import type { RangeReader, ReadOptions } from "../range-reader.js";

/** One call of the system reads at most about 2 GiB. */
const READ_BYTES_MAX = 1 << 30;

/** A file, open for reading. */
export class FileReader implements RangeReader {
  readonly path: string;
  readonly byteLength: number;
  readonly #handle: FileHandle;
  #closing: Promise<void> | undefined;

  private constructor(path: string, byteLength: number, handle: FileHandle) {
    this.path = path;
    this.byteLength = byteLength;
    this.#handle = handle;
  }

  /** @throws the error of the file system: `ENOENT`, `EACCES`, `EISDIR` */
  static async open(path: string): Promise<FileReader> {
    const handle = await open(path, "r");
    try {
      const { size } = await handle.stat();
      return new FileReader(path, size, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** @throws SafetensorsError `SHORT_READ` - the file became shorter; `CLOSED` */
  async read(begin: number, end: number, { signal }: ReadOptions = {}): Promise<Uint8Array> {
    const bytes = new Uint8Array(end - begin);
    let filled = 0;
    while (filled < bytes.length) {
      signal?.throwIfAborted();
      this.#checkOpen();
      const length = Math.min(bytes.length - filled, READ_BYTES_MAX);
      const { bytesRead } = await this.#handle.read(bytes, filled, length, begin + filled);
      if (bytesRead === 0) throw this.#shorter(begin + filled, end);
      filled += bytesRead;
    }
    return bytes;
  }

  /** Lets go of the file. Repeatable; reads under way may fail. */
  async close(): Promise<void> {
    this.#closing ??= this.#handle.close();
    await this.#closing;
  }

  #checkOpen(): void {
    if (this.#closing === undefined) return;
    throw new SafetensorsError("CLOSED", `${this.path} is closed: open it again`, {
      path: this.path,
    });
  }

  #shorter(offset: number, end: number): Error {
    return new SafetensorsError(
      "SHORT_READ",
      `${this.path} ends at ${offset}, ${end - offset} bytes before what was asked for: it became shorter after it was opened`,
      { path: this.path, offset, missingBytes: end - offset },
    );
  }
}

/**
 * A Blob over two pieces of memory, shared or not: the decoder asks for ranges, and only these are
 * copied.
 */
export class PiecesBlob extends Blob {
  override readonly size: number;
  readonly #first: Uint8Array;
  readonly #second: Uint8Array;

  constructor(first: Uint8Array, second: Uint8Array) {
    super([]);
    this.#first = first;
    this.#second = second;
    this.size = first.byteLength + second.byteLength;
  }

  /** As of every Blob: negative positions count from the end, none is beyond it. */
  override slice(start = 0, end = this.size): Blob {
    const from = start < 0 ? Math.max(0, this.size + start) : start;
    const to = end < 0 ? Math.max(0, this.size + end) : end;
    const border = this.#first.byteLength;
    return new PiecesBlob(
      this.#first.subarray(from, to),
      this.#second.subarray(Math.max(0, from - border), Math.max(0, to - border)),
    );
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.size);
    bytes.set(this.#first);
    bytes.set(this.#second, this.#first.byteLength);
    return bytes.buffer;
  }
}

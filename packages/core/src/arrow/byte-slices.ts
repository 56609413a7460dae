/** Byte strings one after another, as Arrow's columns of text and bytes hold them. */
import { SchemaError } from "../errors.js";
import { Growable } from "./growable.js";

/** Offsets are 32-bit. */
const SLICES_BYTES_MAX = 2 ** 31 - 1;
/** UTF-8 needs at most this for one UTF-16 unit. */
const UNIT_BYTES_MAX = 3;
/** Up to here a loop is quicker than a view of the source. */
const LOOPED_BYTES_MAX = 32;

/** Offsets of a source: BigInt64Array in its large types. */
export type Offsets = Int32Array | BigInt64Array;

/** The appending methods throw SchemaError `LIMIT_EXCEEDED` beyond 2 GiB in all. */
export class ByteSlices {
  /** A Buffer, for its fast `write`. */
  readonly #bytes = new Growable<Buffer>((length) => Buffer.alloc(length));
  readonly #ends = new Growable<Int32Array>((length) => new Int32Array(length));

  get count(): number {
    return this.#ends.length;
  }

  get sizeBytes(): number {
    return this.#bytes.length + this.#ends.sizeBytes;
  }

  /** All slices; replaced when one is appended. */
  get bytes(): Uint8Array {
    return this.#bytes.array;
  }

  endOf(index: number): number {
    return this.#ends.array[index] as number;
  }

  startOf(index: number): number {
    return index === 0 ? 0 : this.endOf(index - 1);
  }

  appendText(text: string): void {
    const at = this.#reserve(text.length * UNIT_BYTES_MAX);
    this.#bytes.truncate(at + this.#bytes.array.write(text, at, "utf8"));
    this.#endSlices(1);
  }

  /** Appends bytes `[start, end)` of `source`. */
  appendBytes(source: Uint8Array, start: number, end: number): void {
    const at = this.#reserve(end - start);
    const bytes = this.#bytes.array;
    if (end - start <= LOOPED_BYTES_MAX) {
      for (let index = start; index < end; index++) {
        bytes[at + index - start] = source[index] as number;
      }
    } else {
      bytes.set(source.subarray(start, end), at);
    }
    this.#endSlices(1);
  }

  appendEmpty(count: number): void {
    this.#endSlices(count);
  }

  /** Appends slices `[start, end)` of a source, whose bytes stand together. */
  appendSlices(source: Uint8Array, offsets: Offsets, start: number, end: number): void {
    const first = Number(offsets[start]);
    const last = Number(offsets[end]);
    const shift = this.#reserve(last - first) - first;
    this.#bytes.array.set(source.subarray(first, last), first + shift);
    const at = this.#ends.extend(end - start);
    const ends = this.#ends.array;
    for (let index = start; index < end; index++) {
      ends[at + index - start] = Number(offsets[index + 1]) + shift;
    }
  }

  dropLast(): void {
    const last = this.count - 1;
    this.#bytes.truncate(this.startOf(last));
    this.#ends.truncate(last);
  }

  /** The slices in Arrow's form; this starts again from nothing. */
  finish(): { readonly valueOffsets: Int32Array; readonly data: Uint8Array } {
    const valueOffsets = new Int32Array(this.count + 1);
    valueOffsets.set(this.#ends.finish(), 1);
    const { buffer, byteOffset, length } = this.#bytes.finish();
    return { valueOffsets, data: new Uint8Array(buffer, byteOffset, length) };
  }

  #reserve(bytes: number): number {
    const sizeBytes = this.#bytes.length + bytes;
    if (sizeBytes <= SLICES_BYTES_MAX) return this.#bytes.extend(bytes);
    throw new SchemaError(
      "LIMIT_EXCEEDED",
      `a column of one batch holds at most ${SLICES_BYTES_MAX} bytes: pass fewer rows at a time`,
      { details: { sizeBytes, sizeBytesMax: SLICES_BYTES_MAX } },
    );
  }

  #endSlices(count: number): void {
    const at = this.#ends.extend(count);
    const ends = this.#ends.array;
    for (let index = at; index < at + count; index++) ends[index] = this.#bytes.length;
  }
}

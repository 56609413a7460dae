/**
 * Which rows of a column under construction are null.
 *
 * Kept the other way round than Arrow's validity bitmap (a set bit is a null), so that valid rows
 * cost nothing and a column without nulls has no bitmap at all.
 */
import type { Data } from "apache-arrow";
import { forEachRow, type RowSelection } from "./row-selection.js";

/** Arrow pads bitmaps to 64 bits. */
const PADDING_BITS = 64;

export interface Validity {
  readonly nullCount: number;
  /** Empty when there is no null. */
  readonly nullBitmap: Uint8Array;
}

export class NullMask {
  #bits = new Uint8Array(0);
  #count = 0;

  get sizeBytes(): number {
    return this.#bits.length;
  }

  /** Marks one row as null; at most once. */
  mark(row: number): void {
    const byte = row >> 3;
    if (byte >= this.#bits.length) this.#grow(byte + 1);
    this.#bits[byte] = (this.#bits[byte] as number) | (1 << (row & 7));
    this.#count++;
  }

  markRange(start: number, end: number): void {
    for (let row = start; row < end; row++) this.mark(row);
  }

  /** Marks, from row `at` on, the nulls among the selected rows of `source`. */
  markFrom(source: Data, rows: RowSelection, at: number): void {
    // -1 with no bitmap means that there are none, too.
    if (source.nullCount <= 0) return;
    const { nullBitmap, offset } = source;
    forEachRow(rows, (row, position) => {
      const bit = offset + row;
      if (((nullBitmap[bit >> 3] as number) & (1 << (bit & 7))) === 0) this.mark(at + position);
    });
  }

  /** The validity of `length` rows; this starts again from nothing. */
  finish(length: number): Validity {
    const nullCount = this.#count;
    const marked = this.#bits;
    this.#bits = new Uint8Array(0);
    this.#count = 0;
    if (nullCount === 0) return { nullCount, nullBitmap: new Uint8Array(0) };
    const nullBitmap = new Uint8Array((Math.ceil(length / PADDING_BITS) * PADDING_BITS) / 8);
    for (let byte = 0; byte < nullBitmap.length; byte++) {
      nullBitmap[byte] = ~(marked[byte] ?? 0) & 0xff;
    }
    return { nullCount, nullBitmap };
  }

  #grow(bytes: number): void {
    const grown = new Uint8Array(Math.max(128, bytes, this.#bits.length * 2));
    grown.set(this.#bits);
    this.#bits = grown;
  }
}

/** Some rows of one part, one bit each. */
import type { PartEntry } from "@crv/core";

export class RowMarks {
  readonly part: PartEntry;
  readonly #bits: Uint8Array;
  #count = 0;

  constructor(part: PartEntry) {
    this.part = part;
    this.#bits = new Uint8Array(Math.ceil(part.rows / 8));
  }

  /** Every row of `part`. */
  static all(part: PartEntry): RowMarks {
    const marks = new RowMarks(part);
    marks.#bits.fill(255);
    marks.#count = part.rows;
    return marks;
  }

  get count(): number {
    return this.#count;
  }

  get isWhole(): boolean {
    return this.#count === this.part.rows;
  }

  add(row: number): void {
    if (this.has(row)) return;
    this.#bits[row >> 3] = (this.#bits[row >> 3] as number) | (1 << (row & 7));
    this.#count++;
  }

  has(row: number): boolean {
    return ((this.#bits[row >> 3] as number) & (1 << (row & 7))) !== 0;
  }
}

/** Builds columns of i64 and timestamp. Smaller integers are widened value by value. */
import { type Data, type Int64, makeData, type TimestampMicrosecond } from "apache-arrow";
import type { ColumnBuilder } from "./column-builder.js";
import { Growable } from "./growable.js";
import { wordsOf, writeInt64 } from "./int64.js";
import { NullMask } from "./null-mask.js";
import { forEachRow, type RowSelection, selectedCount } from "./row-selection.js";

export class Int64Builder implements ColumnBuilder {
  readonly #type: Int64 | TimestampMicrosecond;
  /** Two words a value: copying words moves no BigInt. */
  readonly #words = new Growable<Int32Array>((length) => new Int32Array(length));
  readonly #nulls = new NullMask();

  constructor(type: Int64 | TimestampMicrosecond) {
    this.#type = type;
  }

  get length(): number {
    return this.#words.length / 2;
  }

  get sizeBytes(): number {
    return this.#words.sizeBytes + this.#nulls.sizeBytes;
  }

  appendValue(value: number | bigint): void {
    const at = this.#words.extend(2) / 2;
    if (typeof value === "number") writeInt64(this.#words.array, at, value);
    else this.#wide(at, at + 1)[0] = value;
  }

  appendNulls(count: number): void {
    const at = this.#words.extend(2 * count);
    this.#nulls.markRange(at / 2, at / 2 + count);
  }

  appendFrom(source: Data, rows: RowSelection): void {
    const at = this.#words.extend(2 * selectedCount(rows)) / 2;
    const to = this.#words.array;
    if (!(source.values instanceof BigInt64Array)) {
      const from = source.values as ArrayLike<number>;
      forEachRow(rows, (row, position) => writeInt64(to, at + position, from[row] as number));
    } else if (rows instanceof Int32Array) {
      const from = wordsOf(source.values);
      forEachRow(rows, (row, position) => {
        to[2 * (at + position)] = from[2 * row] as number;
        to[2 * (at + position) + 1] = from[2 * row + 1] as number;
      });
    } else {
      to.set(wordsOf(source.values.subarray(rows.start, rows.end)), 2 * at);
    }
    this.#nulls.markFrom(source, rows, at);
  }

  finish(): Data {
    const length = this.length;
    const data = this.#wide(0, length);
    this.#words.finish();
    return makeData({ type: this.#type, length, data, ...this.#nulls.finish(length) } as never);
  }

  #wide(start: number, end: number): BigInt64Array {
    return new BigInt64Array(this.#words.array.buffer as ArrayBuffer, 8 * start, end - start);
  }
}

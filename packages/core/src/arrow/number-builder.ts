/** Builds columns of f64, f32 and i32. Smaller source types are widened value by value. */
import { type Data, type Float32, type Float64, type Int32, makeData } from "apache-arrow";
import type { ColumnBuilder } from "./column-builder.js";
import { Growable } from "./growable.js";
import { NullMask } from "./null-mask.js";
import { forEachRow, type RowSelection, selectedCount } from "./row-selection.js";

type NumberArray = Float64Array | Float32Array | Int32Array;

/** What the three array types have in common, for one `Growable` of any of them. */
interface NumberValues {
  [index: number]: number;
  readonly length: number;
  readonly BYTES_PER_ELEMENT: number;
  set(source: ArrayLike<number>, offset?: number): void;
  subarray(start?: number, end?: number): NumberValues;
}

export class NumberBuilder implements ColumnBuilder {
  readonly #type: Float64 | Float32 | Int32;
  readonly #values: Growable<NumberValues>;
  readonly #nulls = new NullMask();

  constructor(type: Float64 | Float32 | Int32) {
    this.#type = type;
    this.#values = new Growable<NumberValues>((length) => new type.ArrayType(length));
  }

  get length(): number {
    return this.#values.length;
  }

  get sizeBytes(): number {
    return this.#values.sizeBytes + this.#nulls.sizeBytes;
  }

  appendValue(value: number): void {
    const at = this.#values.extend(1);
    this.#values.array[at] = value;
  }

  appendNulls(count: number): void {
    const at = this.#values.extend(count);
    this.#nulls.markRange(at, at + count);
  }

  appendFrom(source: Data, rows: RowSelection): void {
    const from = source.values as NumberArray;
    const at = this.#values.extend(selectedCount(rows));
    const to = this.#values.array;
    if (rows instanceof Int32Array) {
      forEachRow(rows, (row, position) => {
        to[at + position] = from[row] as number;
      });
    } else {
      // `set` converts between array types, so that widening a range is a bulk copy, too.
      to.set(from.subarray(rows.start, rows.end), at);
    }
    this.#nulls.markFrom(source, rows, at);
  }

  finish(): Data {
    const length = this.length;
    const data = this.#values.finish() as NumberArray;
    return makeData({ type: this.#type, length, data, ...this.#nulls.finish(length) } as never);
  }
}

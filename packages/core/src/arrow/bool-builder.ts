/** Builds columns of bool: one bit a row. */
import { type Bool, type Data, makeData } from "apache-arrow";
import type { ColumnBuilder } from "./column-builder.js";
import { Growable } from "./growable.js";
import { NullMask } from "./null-mask.js";
import { forEachRow, type RowSelection, selectedCount } from "./row-selection.js";

export class BoolBuilder implements ColumnBuilder {
  readonly #type: Bool;
  /** One byte a row until the column is finished. */
  readonly #flags = new Growable<Uint8Array>((length) => new Uint8Array(length));
  readonly #nulls = new NullMask();

  constructor(type: Bool) {
    this.#type = type;
  }

  get length(): number {
    return this.#flags.length;
  }

  get sizeBytes(): number {
    return this.#flags.length / 8 + this.#nulls.sizeBytes;
  }

  appendValue(value: boolean): void {
    const at = this.#flags.extend(1);
    this.#flags.array[at] = value ? 1 : 0;
  }

  appendNulls(count: number): void {
    const at = this.#flags.extend(count);
    this.#nulls.markRange(at, at + count);
  }

  appendFrom(source: Data, rows: RowSelection): void {
    const bits = source.values as Uint8Array;
    const at = this.#flags.extend(selectedCount(rows));
    const flags = this.#flags.array;
    forEachRow(rows, (row, position) => {
      const bit = source.offset + row;
      flags[at + position] = ((bits[bit >> 3] as number) >> (bit & 7)) & 1;
    });
    this.#nulls.markFrom(source, rows, at);
  }

  finish(): Data {
    const length = this.length;
    const flags = this.#flags.finish();
    const data = new Uint8Array(Math.ceil(length / 8));
    for (let row = 0; row < length; row++) {
      if (flags[row] === 1) data[row >> 3] = (data[row >> 3] as number) | (1 << (row & 7));
    }
    return makeData({ type: this.#type, length, data, ...this.#nulls.finish(length) });
  }
}

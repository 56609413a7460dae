/** Builds columns of vectors, `f32[768]`: a fixed number of elements a row, none of them null. */
import { type Data, type FixedSizeList, makeData } from "apache-arrow";
import type { ColumnBuilder, VectorValue } from "./column-builder.js";
import { NullMask } from "./null-mask.js";
import { forEachRow, type RowSelection } from "./row-selection.js";

export class VectorBuilder implements ColumnBuilder {
  readonly #type: FixedSizeList;
  /** Elements of all rows, one after another. */
  readonly #elements: ColumnBuilder;
  readonly #nulls = new NullMask();

  /** @param elements Builds columns of the element type. */
  constructor(type: FixedSizeList, elements: ColumnBuilder) {
    this.#type = type;
    this.#elements = elements;
  }

  get length(): number {
    return this.#elements.length / this.#type.listSize;
  }

  get sizeBytes(): number {
    return this.#elements.sizeBytes + this.#nulls.sizeBytes;
  }

  appendValue(value: VectorValue): void {
    for (const element of value) this.#elements.appendValue(element);
  }

  appendNulls(count: number): void {
    const at = this.length;
    for (let index = 0; index < count * this.#type.listSize; index++) {
      this.#elements.appendValue(0);
    }
    this.#nulls.markRange(at, at + count);
  }

  appendFrom(source: Data, rows: RowSelection): void {
    const at = this.length;
    const size = this.#type.listSize;
    const elements = source.children[0] as Data;
    if (rows instanceof Int32Array) {
      forEachRow(rows, (row) => {
        this.#elements.appendFrom(elements, { start: row * size, end: (row + 1) * size });
      });
    } else {
      this.#elements.appendFrom(elements, { start: rows.start * size, end: rows.end * size });
    }
    this.#nulls.markFrom(source, rows, at);
  }

  finish(): Data {
    const length = this.length;
    const child = this.#elements.finish();
    return makeData({ type: this.#type, length, child, ...this.#nulls.finish(length) });
  }
}

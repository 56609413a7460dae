/** Builds columns of declared structs: one column a field, and which rows are null as a whole. */
import { type Data, makeData, type Struct } from "apache-arrow";
import type { ColumnBuilder, PhysicalValue } from "./column-builder.js";
import { NullMask } from "./null-mask.js";
import { type RowSelection, selectedCount } from "./row-selection.js";

export class StructBuilder implements ColumnBuilder {
  readonly #type: Struct;
  readonly #fields: readonly ColumnBuilder[];
  readonly #nulls = new NullMask();
  #length = 0;

  /** @param fields One builder for each field of `type`, in order. */
  constructor(type: Struct, fields: readonly ColumnBuilder[]) {
    this.#type = type;
    this.#fields = fields;
  }

  get length(): number {
    return this.#length;
  }

  get sizeBytes(): number {
    return this.#fields.reduce((sum, field) => sum + field.sizeBytes, this.#nulls.sizeBytes);
  }

  /** @param values One value for each field, in order. */
  appendValue(values: readonly (PhysicalValue | null)[]): void {
    for (const [index, field] of this.#fields.entries()) {
      const value = values[index] ?? null;
      if (value === null) field.appendNulls(1);
      else field.appendValue(value);
    }
    this.#length++;
  }

  /** The fields of a null row are null, too, also those that are required. */
  appendNulls(count: number): void {
    for (const field of this.#fields) field.appendNulls(count);
    this.#nulls.markRange(this.#length, this.#length + count);
    this.#length += count;
  }

  /** Fields are matched by name; those that the source lacks are null. */
  appendFrom(source: Data, rows: RowSelection): void {
    const names = source.type.children.map((field: { name: string }) => field.name);
    for (const [index, field] of this.#type.children.entries()) {
      const builder = this.#fields[index] as ColumnBuilder;
      const from = source.children[names.indexOf(field.name)];
      if (from === undefined) builder.appendNulls(selectedCount(rows));
      else builder.appendFrom(from, rows);
    }
    this.#nulls.markFrom(source, rows, this.#length);
    this.#length += selectedCount(rows);
  }

  finish(): Data {
    const length = this.#length;
    this.#length = 0;
    const children = this.#fields.map((field) => field.finish());
    return makeData({ type: this.#type, length, children, ...this.#nulls.finish(length) });
  }
}

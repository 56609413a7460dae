/**
 * The one kernel behind concatenating, splitting, filtering and sorting batches: rows of many
 * batches in, one batch out.
 */
import { DataType, type RecordBatch, type Schema } from "apache-arrow";
import { SchemaError } from "../errors.js";
import { batchOf } from "./batch-of.js";
import { builderForType } from "./builder-for-type.js";
import type { ColumnBuilder } from "./column-builder.js";
import { type RowSelection, selectedCount } from "./row-selection.js";
import { isAppendable } from "./type-match.js";

/**
 * Builds batches of one schema.
 *
 * A source batch may have other columns in another order: columns are matched by name, those that
 * are absent are filled with nulls (also required ones), those that the schema lacks are ignored.
 * Types are widened where no value is lost. Text columns share one dictionary in the result, which
 * holds the used values only.
 */
export class BatchBuilder {
  readonly schema: Schema;
  readonly #columns: readonly ColumnBuilder[];
  #rowCount = 0;
  /** The last source schema and where our columns are in it. */
  #source: { readonly schema: Schema; readonly indexes: readonly number[] } | undefined;

  /** @param schema As `arrowSchema` gives, or a selection of its fields. */
  constructor(schema: Schema) {
    this.schema = schema;
    this.#columns = schema.fields.map((field) => builderForType(field.type));
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Estimate of the memory that the batch takes. */
  get sizeBytes(): number {
    return this.#columns.reduce((sum, column) => sum + column.sizeBytes, 0);
  }

  /**
   * Appends the selected rows, or all, in the order of the selection.
   *
   * @throws SchemaError `INVALID_VALUE` naming a column whose type cannot be widened; then nothing
   *   was appended. `LIMIT_EXCEEDED` when a column grows beyond 2 GiB; then the builder is spent.
   */
  append(batch: RecordBatch, rows: RowSelection = { start: 0, end: batch.numRows }): void {
    const count = selectedCount(rows);
    if (count === 0) return;
    const indexes = this.#indexesIn(batch.schema);
    for (const [position, column] of this.#columns.entries()) {
      const source = batch.data.children[indexes[position] as number];
      // A column of Arrow's Null type has no buffers to copy.
      if (source === undefined || DataType.isNull(source.type)) column.appendNulls(count);
      else column.appendFrom(source, rows);
    }
    this.#rowCount += count;
  }

  /** All rows so far as one batch; the builder starts again from nothing. */
  finish(): RecordBatch {
    const children = this.#columns.map((column) => column.finish());
    const length = this.#rowCount;
    this.#rowCount = 0;
    return batchOf(this.schema, length, children);
  }

  #indexesIn(schema: Schema): readonly number[] {
    if (this.#source?.schema === schema) return this.#source.indexes;
    const indexByName = new Map(schema.fields.map((field, index) => [field.name, index]));
    const indexes = this.schema.fields.map((field) => {
      const index = indexByName.get(field.name) ?? -1;
      const source = schema.fields[index]?.type;
      if (source !== undefined) checkAppendable(field.name, source, field.type);
      return index;
    });
    this.#source = { schema, indexes };
    return indexes;
  }
}

function checkAppendable(column: string, source: DataType, target: DataType): void {
  if (isAppendable(source, target)) return;
  throw new SchemaError(
    "INVALID_VALUE",
    `column "${column}" is ${source}, which cannot be read as ${target} without loss`,
    { details: { column, source: String(source), target: String(target) } },
  );
}

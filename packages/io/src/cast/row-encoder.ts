/** Turns row objects into a batch, column by column: one loop and one rule for each column. */
import { batchOf, builderForType, type ColumnBuilder } from "@crv/core/arrow";
import type { Data, RecordBatch } from "apache-arrow";
import type { ColumnNames } from "./column-names.js";
import type { InputColumn, InputShape } from "./input-shape.js";
import { ownValue } from "./own-value.js";
import { refuseValue } from "./refuse-value.js";
import { absentValue, checkRowObject, type Row } from "./row-objects.js";

export class RowEncoder {
  readonly #shape: InputShape;
  readonly #names: ColumnNames;

  constructor(shape: InputShape, names: ColumnNames) {
    this.#shape = shape;
    this.#names = names;
  }

  /**
   * @param firstRow Index of the first of `rows` in the whole input, for messages.
   * @throws IoSchemaError `INVALID_ARGUMENT`, `UNEXPECTED_COLUMN`, `MISSING_COLUMN`, `NULL_VALUE`,
   *   `INVALID_VALUE`, `INVALID_TICK`.
   */
  encode(rows: readonly unknown[], firstRow: number): RecordBatch {
    checkRowObjects(rows, firstRow);
    this.#names.checkRows(rows, firstRow);
    const columns = this.#shape.columns.map((column) => this.#encodeColumn(column, rows, firstRow));
    return batchOf(this.#shape.schema, rows.length, columns);
  }

  #encodeColumn(column: InputColumn, rows: readonly Row[], firstRow: number): Data {
    const { name, rule, isRequired } = column;
    const builder: ColumnBuilder = builderForType(column.field.type);
    const isInherited = name in Object.prototype;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] as Row;
      const value = isInherited ? ownValue(row, name) : row[name];
      if (value === undefined || value === null) {
        if (isRequired) throw absentValue(this.#shape, name, rows, firstRow + index);
        builder.appendNulls(1);
        continue;
      }
      const stored = rule.cast(value);
      if (stored === undefined) throw refuseValue(column, firstRow + index, value);
      builder.appendValue(stored);
    }
    return builder.finish();
  }
}

function checkRowObjects(
  rows: readonly unknown[],
  firstRow: number,
): asserts rows is readonly Row[] {
  for (let index = 0; index < rows.length; index++) checkRowObject(rows[index], firstRow + index);
}

/** Turns row objects into a batch, column by column: one loop and one rule for each column. */
import { IoSchemaError, show } from "@crv/core";
import { batchOf, builderForType, type ColumnBuilder } from "@crv/core/arrow";
import type { Data, RecordBatch } from "apache-arrow";
import { missingColumns, nullValue } from "../validate/refusals.js";
import type { ColumnNames } from "./column-names.js";
import type { InputColumn, InputShape } from "./input-shape.js";
import { ownValue } from "./own-value.js";
import { refuseValue } from "./refuse-value.js";

type Row = Readonly<Record<string, unknown>>;

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
        if (isRequired) throw this.#absent(name, rows, index, firstRow);
        builder.appendNulls(1);
        continue;
      }
      const stored = rule.cast(value);
      if (stored === undefined) throw refuseValue(column, firstRow + index, value);
      builder.appendValue(stored);
    }
    return builder.finish();
  }

  /** A column that no row has is missing; otherwise this one row lacks it. */
  #absent(column: string, rows: readonly Row[], index: number, firstRow: number): IoSchemaError {
    const isMissing = (name: string): boolean =>
      rows.every((row) => ownValue(row, name) === undefined);
    const { table, required } = this.#shape;
    if (!isMissing(column)) return nullValue({ table, column, row: firstRow + index });
    return missingColumns(table, required.filter(isMissing), required);
  }
}

function checkRowObjects(
  rows: readonly unknown[],
  firstRow: number,
): asserts rows is readonly Row[] {
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index];
    if (typeof row === "object" && row !== null && !Array.isArray(row)) continue;
    throw new IoSchemaError(
      "INVALID_ARGUMENT",
      `row ${firstRow + index} is ${show(row)}: pass rows as objects, one property for each column`,
      { details: { row: firstRow + index, value: row } },
    );
  }
}

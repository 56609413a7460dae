/**
 * Turns Arrow batches into batches of a table. A column that is as the table stores it is passed on
 * without a copy; one that widens is copied in bulk; any other is judged value by value, by the same
 * rules as row objects.
 */
import { type ColumnType, isOpenType, isStructType, parseVectorType } from "@crv/core";
import { batchOf, builderForType, isAppendable, isTextType, textReader } from "@crv/core/arrow";
import { type Data, DataType, type Field, type RecordBatch } from "apache-arrow";
import { invalidArrowType, missingColumns, nullValue } from "../validate/refusals.js";
import { canFill } from "./arrow-family.js";
import { valueReader } from "./arrow-values.js";
import { isClean } from "./clean-column.js";
import type { ColumnNames } from "./column-names.js";
import type { InputColumn, InputShape } from "./input-shape.js";
import { jsonCheck } from "./json-column.js";
import { refuseValue } from "./refuse-value.js";
import { checkTicks } from "./tick-range.js";

export class ArrowEncoder {
  readonly #shape: InputShape;
  readonly #names: ColumnNames;

  constructor(shape: InputShape, names: ColumnNames) {
    this.#shape = shape;
    this.#names = names;
  }

  /**
   * @param firstRow Index of the first row of `batch` in the whole input, for messages.
   * @throws IoSchemaError `UNEXPECTED_COLUMN`, `MISSING_COLUMN`, `NULL_VALUE`, `INVALID_VALUE`,
   *   `INVALID_TICK`.
   */
  encode(batch: RecordBatch, firstRow: number): RecordBatch {
    const { table, columns, schema, required } = this.#shape;
    const fields = batch.schema.fields;
    this.#names.check(fields.map((field) => field.name));
    const indexes = columns.map(({ name }) => fields.findIndex((field) => field.name === name));
    const missing = columns.filter((column, at) => column.isRequired && indexes[at] === -1);
    if (missing.length > 0) {
      throw missingColumns(
        table,
        missing.map((column) => column.name),
        required,
      );
    }
    const encoded = columns.map((column, at) => {
      const index = indexes[at] as number;
      const field = fields[index];
      const data = batch.data.children[index];
      if (field === undefined || data === undefined) return nullColumn(column, batch.numRows);
      return encodeColumn(column, field, data, firstRow);
    });
    return batchOf(schema, batch.numRows, encoded);
  }
}

function encodeColumn(column: InputColumn, field: Field, data: Data, firstRow: number): Data {
  const { table, name, type, isRequired, isTick } = column;
  if (!canFill(data.type, type)) throw invalidArrowType({ table, column: name }, data.type, type);
  const encoded = DataType.isNull(data.type)
    ? nullColumn(column, data.length)
    : castColumn(column, field, data, firstRow);
  if (isRequired && encoded.nullCount > 0) {
    throw nullValue({ table, column: name, row: firstRow + firstNull(encoded) });
  }
  if (isTick) checkTicks(column, encoded, firstRow);
  return encoded;
}

function castColumn(column: InputColumn, field: Field, data: Data, firstRow: number): Data {
  const target: DataType = column.field.type;
  if (isOpenType(column.type) && isTextType(data.type)) {
    checkJson(column, field, data, firstRow);
  }
  if (isClean(data, column.type, target)) return data.clone(target);
  const builder = builderForType(target);
  if (isCopied(column.type, data.type) && isAppendable(data.type, target)) {
    builder.appendFrom(data, { start: 0, end: data.length });
    return builder.finish();
  }
  const read = valueReader(data);
  for (let row = 0; row < data.length; row++) {
    const value = read(row);
    if (value === null) {
      builder.appendNulls(1);
      continue;
    }
    const stored = column.rule.cast(value);
    if (stored === undefined) throw refuseValue(column, firstRow + row, value);
    builder.appendValue(stored);
  }
  return builder.finish();
}

/** Whether the kernel may copy the column in bulk; nested values need the look at each. */
function isCopied(type: ColumnType, source: DataType): boolean {
  if (isOpenType(type)) return isTextType(source);
  return !isStructType(type) && parseVectorType(type) === undefined;
}

function checkJson(column: InputColumn, field: Field, data: Data, firstRow: number): void {
  const isJson = jsonCheck(field, column.type);
  const read = textReader(data);
  for (let row = 0; row < data.length; row++) {
    if (!data.getValid(row)) continue;
    const text = read(row);
    if (!isJson(text)) throw refuseValue(column, firstRow + row, text);
  }
}

function nullColumn(column: InputColumn, rowCount: number): Data {
  const builder = builderForType(column.field.type);
  builder.appendNulls(rowCount);
  return builder.finish();
}

function firstNull(data: Data): number {
  let row = 0;
  while (data.getValid(row)) row++;
  return row;
}

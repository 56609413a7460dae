/**
 * Keys of rows, as texts that are equal exactly when the keys are: a tuple of its columns, each with
 * its length, so that no separator can be forged. Columns of a table's key are never null; those of a
 * constraint may be, and then the row has no key.
 */
import type { ColumnType, Scalar, TableDescriptor } from "@crv/core";
import { type Data, DataType, type RecordBatch } from "apache-arrow";
import { columnValues } from "./scan/column-values.js";

/** The key of each row of `batch`. Requires: the table has a key, and the batch its columns. */
export function keysOf(batch: RecordBatch, table: TableDescriptor): readonly string[] {
  const columns = table.key.map((name) => keyColumn(batch, name));
  return Array.from({ length: batch.numRows }, (_, row) => {
    return formatKey(columns.map((valueAt) => valueAt(row)));
  });
}

/**
 * Gives each key that `batch` has in `columns` to `visit`, with its values. Rows with a null there
 * have none, and neither have rows of a batch that lacks a column: it came to the table later.
 */
export function visitKeys(
  batch: RecordBatch,
  columns: readonly string[],
  visit: (key: string, values: readonly Scalar[]) => void,
): void {
  const data = columns.map((name) => columnOf(batch, name));
  if (data.some((column) => column === undefined || DataType.isNull(column.type))) return;
  const nullable = (data as Data[]).filter(({ nullCount }) => nullCount > 0);
  const readers = columns.map((name) => keyColumn(batch, name));
  for (let row = 0; row < batch.numRows; row++) {
    if (!nullable.every((column) => column.getValid(row))) continue;
    const values = readers.map((valueAt) => valueAt(row));
    visit(formatKey(values), values);
  }
}

function formatKey(values: readonly Scalar[]): string {
  if (values.length === 1) return String(values[0]);
  let key = "";
  for (const value of values) {
    const text = String(value);
    key += `${text.length}:${text}`;
  }
  return key;
}

/** The values of a key that {@link keysOf} gave. */
export function keyValues(
  key: string,
  { key: columns, columns: types }: TableDescriptor,
): readonly Scalar[] {
  return parseKey(
    key,
    columns.map((name) => types[name] as ColumnType),
  );
}

/** The values of a key that {@link visitKeys} gave, of columns of these types. */
export function parseKey(key: string, types: readonly ColumnType[]): readonly Scalar[] {
  if (types.length === 1) return [parseValue(key, types[0] as ColumnType)];
  let at = 0;
  return types.map((type) => {
    const colon = key.indexOf(":", at);
    const end = colon + 1 + Number(key.slice(at, colon));
    at = end;
    return parseValue(key.slice(colon + 1, end), type);
  });
}

function parseValue(text: string, type: ColumnType): Scalar {
  if (type === "str") return text;
  if (type === "bool") return text === "true";
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** Reads the values of a key column. */
export function keyColumn(batch: RecordBatch, name: string): (row: number) => Scalar {
  const data = columnOf(batch, name);
  if (data !== undefined && DataType.isDictionary(data.type)) {
    const dictionary = data.dictionary?.data[0];
    const texts = dictionary && columnValues(dictionary);
    if (texts) return (row) => texts.at(data.values[row]);
  }
  const values = data && columnValues(data);
  if (values === undefined) throw new TypeError(`the batch has no key column ${name}`);
  return values.at;
}

function columnOf(batch: RecordBatch, name: string): Data | undefined {
  return batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)];
}

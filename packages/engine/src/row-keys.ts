/**
 * Keys of rows, as texts that are equal exactly when the keys are: a tuple of its columns, each with
 * its length, so that no separator can be forged. Key columns are never null.
 */
import type { Scalar, TableDescriptor } from "@crv/core";
import { DataType, type RecordBatch } from "apache-arrow";
import { columnValues } from "./scan/column-values.js";

/** The key of each row of `batch`. Requires: the table has a key, and the batch its columns. */
export function keysOf(batch: RecordBatch, table: TableDescriptor): readonly string[] {
  const columns = table.key.map((name) => keyColumn(batch, name));
  return Array.from({ length: batch.numRows }, (_, row) => {
    const texts = columns.map((valueAt) => String(valueAt(row)));
    return texts.length === 1
      ? (texts[0] as string)
      : texts.map((t) => `${t.length}:${t}`).join("");
  });
}

/** Reads the values of a key column. */
export function keyColumn(batch: RecordBatch, name: string): (row: number) => Scalar {
  const index = batch.schema.fields.findIndex((field) => field.name === name);
  const data = batch.data.children[index];
  if (data !== undefined && DataType.isDictionary(data.type)) {
    const dictionary = data.dictionary?.data[0];
    const texts = dictionary && columnValues(dictionary);
    if (texts) return (row) => texts.at(data.values[row]);
  }
  const values = data && columnValues(data);
  if (values === undefined) throw new TypeError(`the batch has no key column ${name}`);
  return values.at;
}

/**
 * Rows as texts that are equal exactly when the rows are: each column with its length, so that no
 * separator can be forged. A null differs from every value; 0 and -0 are one value, and so are all NaN.
 */

import { type Data, DataType, type RecordBatch, Vector } from "apache-arrow";
import { columnValues } from "../scan/column-values.js";

/** The text of each row. Requires: batches to compare have the same schema. */
export function rowTexts(batch: RecordBatch): (row: number) => string {
  const columns = batch.data.children.map(cellTexts);
  return (row) => {
    let text = "";
    for (const textOf of columns) text += textOf(row);
    return text;
  };
}

function cellTexts(data: Data): (row: number) => string {
  const textOf = valueTexts(data);
  return (row) => {
    if (data.nullCount > 0 && !data.getValid(row)) return "-";
    const text = textOf(row);
    return `${text.length}:${text}`;
  };
}

function valueTexts(data: Data): (row: number) => string {
  if (DataType.isNull(data.type)) return () => "";
  if (DataType.isDictionary(data.type)) {
    const dictionary = data.dictionary?.data[0];
    const texts = dictionary && columnValues(dictionary);
    if (texts) return (row) => String(texts.at(data.values[row]));
  }
  const values = columnValues(data);
  if (values) return (row) => String(values.at(row));
  // Structs, lists, bytes: as JSON of what Arrow gives.
  const vector = new Vector([data]);
  return (row) => JSON.stringify(vector.get(row), plain);
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  // JSON has no name for them.
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, String);
  return value;
}

/** Reads the texts of a column, whatever its Arrow type: Utf8, LargeUtf8, Utf8View. */
import { type Data, DataType, Vector } from "apache-arrow";

/** The text of a row. Requires: the row is not null. */
export type TextReader = (row: number) => string;

export function isTextType(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type);
}

/** Requires: `isTextType(data.type)`. */
export function textReader(data: Data): TextReader {
  if (DataType.isUtf8View(data.type)) {
    const texts = new Vector([data]);
    return (row) => texts.get(row) as string;
  }
  const { values, valueOffsets } = data;
  // Decodes several times faster than TextDecoder on the short texts of a column.
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return (row) => bytes.toString("utf8", Number(valueOffsets[row]), Number(valueOffsets[row + 1]));
}

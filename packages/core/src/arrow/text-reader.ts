/** Reads the texts of a column, whatever its Arrow type: Utf8, LargeUtf8, Utf8View. */
import { BinaryView, type Data, DataType, Vector } from "apache-arrow";

/** The text of a row. Requires: the row is not null. */
export type TextReader = (row: number) => string;

export function isTextType(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type);
}

/** Requires: `isTextType(data.type)`. */
export function textReader(data: Data): TextReader {
  if (DataType.isUtf8View(data.type)) {
    // As bytes: Arrow's own texts lose a byte order mark at their beginning.
    const texts = new Vector([data.clone(new BinaryView()) as Data]);
    return (row) => Buffer.from(texts.get(row) as Uint8Array).toString("utf8");
  }
  const { values, valueOffsets } = data;
  // Decodes several times faster than TextDecoder on the short texts of a column.
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return (row) => bytes.toString("utf8", Number(valueOffsets[row]), Number(valueOffsets[row + 1]));
}

/** The text of a code; null when the dictionary has none. It may have grown: one chunk for each addition. */
export function dictionaryTextReader(dictionary: Vector): (code: number) => string | null {
  let end = 0;
  const chunks = dictionary.data.map((data) => {
    const begin = end;
    end += data.length;
    return { data, begin, end, read: textReader(data) };
  });
  return (code) => {
    const chunk = chunks.find((each) => code < each.end);
    if (chunk === undefined) return null;
    const row = code - chunk.begin;
    return chunk.data.nullCount > 0 && !chunk.data.getValid(row) ? null : chunk.read(row);
  };
}

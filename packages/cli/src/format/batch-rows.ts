/**
 * Rows of a record batch as they are printed: timestamps as text, i64 as bigint, open structs as
 * what their JSON says. Streams batch by batch; `scan.toRows()` would hold all rows at once.
 */
import { type Data, DataType, type Field, type RecordBatch, Vector } from "apache-arrow";
import { formatMicros } from "./figures.js";

export type Row = Readonly<Record<string, unknown>>;

type Reader = (row: number) => unknown;

export function batchRows(batch: RecordBatch): Row[] {
  const readers = readersOf(batch.schema.fields, batch.data.children);
  return Array.from({ length: batch.numRows }, (_, row) => readRow(readers, row));
}

function readersOf(fields: readonly Field[], columns: readonly Data[]): [string, Reader][] {
  return fields.map((field, index) => [field.name, readerOf(field, columns[index] as Data)]);
}

function readRow(readers: readonly [string, Reader][], row: number): Row {
  const values: Record<string, unknown> = {};
  for (const [name, read] of readers) values[name] = read(row);
  return values;
}

function readerOf(field: Field, data: Data): Reader {
  const read = presentReader(field, data);
  return (row) => (data.getValid(row) ? read(row) : null);
}

/** Reads rows that are not null. */
function presentReader({ type, metadata }: Field, data: Data): Reader {
  if (DataType.isTimestamp(type)) {
    // A vector would give milliseconds, and lose the rest.
    const micros = data.values as BigInt64Array;
    return (row) => formatMicros(micros[row] as bigint);
  }
  if (DataType.isStruct(type)) {
    const readers = readersOf(type.children, data.children);
    return (row) => readRow(readers, row);
  }
  const vector = new Vector([data]);
  if (metadata.get("ARROW:extension:name") === "arrow.json") {
    return (row) => JSON.parse(vector.get(row) as string);
  }
  if (DataType.isFixedSizeList(type)) return (row) => (vector.get(row) as Vector).toArray();
  return (row) => vector.get(row) as unknown;
}

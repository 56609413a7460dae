/** Rows as a Parquet file that any reader opens: Snappy, row groups of bounded size, statistics. */
import type { Field } from "apache-arrow";
import { type ColumnSource, fileWriter, ParquetWriter } from "hyparquet-writer";
import { jsonText } from "../format/json-text.js";
import type { Row } from "../format/printed-row.js";
import { parquetElements } from "./parquet-schema.js";

/** Held in memory as row objects. */
const ROW_GROUP_ROWS = 65_536;

/** @param rows With BigInt for int64 and timestamps. */
export async function exportParquet(
  path: string,
  fields: readonly Field[],
  rows: AsyncIterable<Row>,
): Promise<void> {
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: parquetElements(fields),
    createdBy: "crv",
  });
  let group: Row[] = [];
  const writeGroup = () =>
    writer.write({ columnData: columnsOf(fields, group), rowGroupSize: ROW_GROUP_ROWS });
  for await (const row of rows) {
    if (group.push(row) < ROW_GROUP_ROWS) continue;
    await writeGroup();
    group = [];
  }
  if (group.length > 0) await writeGroup();
  await writer.finish();
}

function columnsOf(fields: readonly Field[], rows: readonly Row[]): ColumnSource[] {
  const encoder = new TextEncoder();
  return fields.map(({ name, metadata }) => {
    const isJson = metadata.get("ARROW:extension:name") === "arrow.json";
    const stored = (value: unknown) => {
      if (isJson) return value === null ? null : encoder.encode(jsonText(value));
      return ArrayBuffer.isView(value) && !(value instanceof Uint8Array)
        ? [...(value as Float64Array)]
        : value;
    };
    return { name, data: rows.map((row) => stored(row[name])) };
  });
}

/** The rows of a scan as they are printed, with the names of their columns also when there are none. */
import type { Field } from "apache-arrow";
import type { Run, ScanOptions } from "crv";
import { type Row, rowPrinter } from "./printed-row.js";

/** Rows written at a time: few writes, little memory. */
const CHUNK_ROWS = 1024;

export interface Selection {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<Row>;
}

/** Of the columns of a scan. A read of no rows has them, and tells timestamps from whole numbers. */
export async function selectFields(
  run: Run,
  table: string,
  { tail: _, ...options }: ScanOptions,
): Promise<readonly Field[]> {
  return (await run.read(table, { ...options, limit: 0 })).schema.fields;
}

export async function selectRows(
  run: Run,
  table: string,
  options: ScanOptions,
): Promise<Selection> {
  const fields = await selectFields(run, table, options);
  const columns = fields.map(({ name }) => name);
  const rows = run.scan(table, { ...options, columns }).rows({ int64: "bigint" });
  return { columns, rows: printed(rows, rowPrinter(fields)) };
}

export async function* inChunks(rows: AsyncIterable<Row>): AsyncGenerator<readonly Row[]> {
  let chunk: Row[] = [];
  for await (const row of rows) {
    if (chunk.push(row) < CHUNK_ROWS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function* printed(rows: AsyncIterable<Row>, print: (row: Row) => Row): AsyncGenerator<Row> {
  for await (const row of rows) yield print(row);
}

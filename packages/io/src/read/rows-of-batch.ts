/** Turns batches into row objects. */
import type { ColumnType, TableDescriptor } from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import type { Int64Mode } from "../tables/table-types.js";
import { rowReader } from "./value-of-row.js";

/**
 * The rows of `batch`, whose columns are some of the table's.
 *
 * @param firstRow Index of the batch's first row in the whole result, for messages.
 * @throws IoSchemaError `UNSAFE_INTEGER` naming column and row.
 */
export function rowsOfBatch(
  batch: RecordBatch,
  table: TableDescriptor,
  int64: Int64Mode,
  firstRow: number,
): Record<string, unknown>[] {
  const columns = batch.schema.fields.map(({ name: column }, index) => ({
    column,
    read: rowReader(batch.data.children[index] as never, table.columns[column] as ColumnType, {
      column,
      int64,
      firstRow,
    }),
  }));
  return Array.from({ length: batch.numRows }, (_, index) => {
    const row: Record<string, unknown> = {};
    for (const { column, read } of columns) row[column] = read(index);
    return row;
  });
}

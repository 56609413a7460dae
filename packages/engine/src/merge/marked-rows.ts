/** The rows of parts of which only some stay or come, as batches of the merged table. */
import type { TableDescriptor } from "@crv/core";
import { arrowSchema, BatchBuilder } from "@crv/core/arrow";
import type { PartStore } from "@crv/storage-trait/parts";
import type { RecordBatch } from "apache-arrow";
import type { RowMarks } from "./row-marks.js";

/** @param chosen Whether the marked rows are given, or the others. */
export async function* markedRows(
  parts: PartStore,
  table: TableDescriptor,
  marks: readonly RowMarks[],
  chosen: boolean,
): AsyncGenerator<RecordBatch> {
  const schema = arrowSchema(table);
  for (const each of marks) {
    let first = 0;
    for await (const batch of parts.read(each.part, table)) {
      const start = first;
      const rows = Int32Array.from({ length: batch.numRows }, (_, row) => row).filter(
        (row) => each.has(start + row) === chosen,
      );
      first += batch.numRows;
      if (rows.length === 0) continue;
      const builder = new BatchBuilder(schema);
      builder.append(batch, rows);
      yield builder.finish();
    }
  }
}

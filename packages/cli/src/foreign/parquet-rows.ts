/** The rows of a Parquet file as the planned table takes them. */
import type { ForeignRow } from "./foreign-source.js";
import { type ImportPlan, TICK_COLUMN } from "./import-plan.js";
import { type ParquetFile, readParquetColumn, rowGroupRanges } from "./parquet-file.js";
import { tickOf } from "./tick-clock.js";

/** Batches of at most `batchRows` rows. Holds one row group at a time. */
export async function* readParquetRows(
  file: ParquetFile,
  { columns, computedTick }: ImportPlan,
  batchRows: number,
): AsyncGenerator<ForeignRow[]> {
  for (const range of rowGroupRanges(file)) {
    const values = new Map<string, ArrayLike<unknown>>();
    for (const { source } of columns) {
      values.set(source, await readParquetColumn(file, source, range));
    }
    const groupRows = range.rowEnd - range.rowStart;
    for (let start = 0; start < groupRows; start += batchRows) {
      const count = Math.min(batchRows, groupRows - start);
      yield Array.from({ length: count }, (_, offset) => {
        const row: ForeignRow = {};
        for (const { source, name } of columns) row[name] = values.get(source)?.[start + offset];
        if (computedTick !== undefined) {
          const time = values.get(computedTick.source.source)?.[start + offset];
          row[TICK_COLUMN] = typeof time === "bigint" ? tickOf(time, computedTick.clock) : null;
        }
        return row;
      });
    }
  }
}

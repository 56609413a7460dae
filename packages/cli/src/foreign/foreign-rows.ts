/** The rows of a foreign file as the planned table takes them. */
import { type ForeignFile, readForeignColumn, rowGroupRanges } from "./foreign-file.js";
import { type ImportPlan, TICK_COLUMN } from "./import-plan.js";
import { tickOf } from "./tick-clock.js";

export type ForeignRow = Record<string, unknown>;

/**
 * Batches of at most `batchRows` rows. Holds one row group at a time.
 *
 * @param onRows Called with the number of rows of each batch once it was taken.
 */
export async function* readForeignRows(
  file: ForeignFile,
  { columns, computedTick }: ImportPlan,
  batchRows: number,
  onRows: (count: number) => void,
): AsyncGenerator<ForeignRow[]> {
  for (const range of rowGroupRanges(file)) {
    const values = new Map<string, ArrayLike<unknown>>();
    for (const { source } of columns) {
      values.set(source, await readForeignColumn(file, source, range));
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
      onRows(count);
    }
  }
}

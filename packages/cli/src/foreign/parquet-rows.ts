/** The rows of a Parquet file as the planned table takes them. */
import type { ColumnType } from "crv";
import type { ForeignRow } from "./foreign-source.js";
import { type ImportPlan, TICK_COLUMN } from "./import-plan.js";
import { type ParquetFile, readParquetColumn, rowGroupRanges } from "./parquet-file.js";
import { tickOf } from "./tick-clock.js";

/** Batches of at most `batchRows` rows. Holds one row group at a time. */
export async function* readParquetRows(
  file: ParquetFile,
  { columns, computedTick, table }: ImportPlan,
  batchRows: number,
): AsyncGenerator<ForeignRow[]> {
  for (const range of rowGroupRanges(file)) {
    const values = new Map<string, ArrayLike<unknown>>();
    for (const { source, name, type } of columns) {
      const stored = await readParquetColumn(file, source, range);
      const convert = converterOf(type, table.columns[name]);
      values.set(source, convert === undefined ? stored : Array.from(stored, convert));
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

/** How values of text become what the table takes; undefined: they are that. */
function converterOf(
  type: ColumnType,
  wanted: ColumnType | undefined,
): ((value: unknown) => unknown) | undefined {
  if (type !== "str") return undefined;
  return wanted === "struct" || wanted === "list[struct]"
    ? (value) => jsonOf(textOf(value))
    : textOf;
}

/** Text that is marked as JSON only in the newer of Parquet's two ways comes as bytes. */
function textOf(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : value;
}

/** What is no JSON is left for the table to refuse. */
function jsonOf(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

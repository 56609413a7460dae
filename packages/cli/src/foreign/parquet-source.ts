/** Parquet as a source of an import. */
import { formatCount } from "../format/figures.js";
import type { ForeignSource } from "./foreign-source.js";
import { inferColumns } from "./parquet-columns.js";
import { openParquetFile } from "./parquet-file.js";
import { readParquetRows } from "./parquet-rows.js";
import type { ColumnChoices } from "./text-columns.js";

export async function openParquetSource(
  path: string,
  choices: Pick<ColumnChoices, "only" | "required">,
): Promise<ForeignSource> {
  const file = await openParquetFile(path);
  const { metadata, rowCount } = file;
  return {
    path,
    description: `${formatCount(rowCount)} rows in ${formatCount(metadata.row_groups.length)} row groups`,
    rowCount,
    columns: inferColumns(metadata, choices),
    batches: (plan, batchRows) => readParquetRows(file, plan, batchRows),
  };
}

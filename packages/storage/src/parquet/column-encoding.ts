/**
 * Which encoding suits a column, from a sample of its values.
 *
 * A Parquet dictionary per row group pays where values repeat. Where they do not, it costs half the
 * write time again and a fifth of the size (docs/design/parquet-codec.md), so such columns get none;
 * integers among them are written as differences. All readers that we promise know these encodings;
 * BYTE_STREAM_SPLIT would be smaller still, but Spark's vectorised reader refuses it.
 */
import type { ColumnType } from "@crv/core";
import type { RecordBatch } from "apache-arrow";

export type ColumnEncoding = "dictionary" | "delta" | "plain";

/** Sampled at random, 20,000 distinct values give nine distinct ones in ten: there a dictionary ends. */
const SAMPLE_ROWS_MAX = 4096;
const DISTINCT_SHARE_MAX = 0.9;

/** Chooses for the column at `index` of `batches`; undefined for types whose leaves have no choice. */
export function chooseEncoding(
  type: ColumnType,
  batches: readonly RecordBatch[],
  index: number,
): ColumnEncoding | undefined {
  switch (type) {
    case "i64":
    case "i32":
    case "timestamp":
      return isRepetitive(batches, index) ? "dictionary" : "delta";
    case "f64":
    case "f32":
    case "str":
      return isRepetitive(batches, index) ? "dictionary" : "plain";
    case "struct":
    case "list[struct]":
      return "dictionary";
    case "binary":
      return "plain";
    default:
      return undefined;
  }
}

/** Whether sampled values repeat. Of a dictionary column, its codes tell. */
function isRepetitive(batches: readonly RecordBatch[], index: number): boolean {
  const rows = batches.reduce((sum, { numRows }) => sum + numRows, 0);
  const step = Math.max(1, Math.floor(rows / SAMPLE_ROWS_MAX));
  const distinct = new Set<unknown>();
  let sampled = 0;
  for (const batch of batches) {
    const column = batch.data.children[index];
    const values: ArrayLike<unknown> = column?.values ?? [];
    for (let row = 0; row < batch.numRows; row += step) {
      if (column?.getValid(row) !== true) continue;
      distinct.add(values[row]);
      sampled += 1;
    }
  }
  return distinct.size <= sampled * DISTINCT_SHARE_MAX;
}

/**
 * Which encoding suits a column, from a sample of its values.
 *
 * A Parquet dictionary per row group pays where values repeat. Where they do not, it costs half the
 * write time again and a fifth of the size (docs/design/parquet-codec.md), so such columns get none;
 * integers among them are written as differences. All readers that we promise know these encodings;
 * BYTE_STREAM_SPLIT would be smaller still, but Spark's vectorised reader refuses it.
 */
import type { ColumnType } from "@crv/core";
import { readInt64, wordsOf } from "@crv/core/arrow";
import type { Data, RecordBatch } from "apache-arrow";

export type ColumnEncoding = "dictionary" | "delta" | "plain";

const SAMPLE_ROWS_MAX = 4096;
/** Of a sample of that size, nine in ten are distinct when the column has some 20,000 values. */
const DISTINCT_SHARE_MAX = 0.9;

/** Chooses for the column at `index` of `batches`; undefined for types that leave no choice. */
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
    case "binary":
    case "struct":
    case "list[struct]":
      return isRepetitive(batches, index) ? "dictionary" : "plain";
    default:
      return undefined;
  }
}

/** Whether values repeat, judged by rows at equal distances. */
function isRepetitive(batches: readonly RecordBatch[], index: number): boolean {
  const rows = batches.reduce((sum, { numRows }) => sum + numRows, 0);
  const step = Math.max(1, Math.ceil(rows / SAMPLE_ROWS_MAX));
  // Of so many repeats it does not matter what else is in the sample: most columns end here.
  const repeatsEnough = Math.ceil(rows / step + batches.length) * (1 - DISTINCT_SHARE_MAX);
  const distinct = new Set<unknown>();
  let sampled = 0;
  for (const batch of batches) {
    const column = batch.data.children[index];
    if (column === undefined) continue;
    const valueAt = valueReader(column);
    for (let row = 0; row < batch.numRows; row += step) {
      if (!column.getValid(row)) continue;
      distinct.add(valueAt(row));
      sampled += 1;
      if (sampled - distinct.size >= repeatsEnough) return true;
    }
  }
  return distinct.size <= sampled * DISTINCT_SHARE_MAX;
}

/** Of a value, or what stands for it: the code in a dictionary, the bytes of a text as characters. */
function valueReader({ values, valueOffsets }: Data): (row: number) => unknown {
  if (valueOffsets !== undefined) {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    return (row) => bytes.toString("latin1", valueOffsets[row], valueOffsets[row + 1]);
  }
  if (!(values instanceof BigInt64Array)) return (row) => values[row];
  // Integers beyond 2^53 may tie, which a sample bears.
  const words = wordsOf(values);
  return (row) => readInt64(words, row);
}

/** Streams of batches. */
import { BatchBuilder } from "@crv/core/arrow";
import type { RecordBatch, Schema } from "apache-arrow";

/** Rows of one chunk: their keys are held in memory while they are merged. */
const CHUNK_ROWS = 1 << 18;

export async function* followedBy(
  rows: AsyncIterable<RecordBatch>,
  last: RecordBatch,
): AsyncIterable<RecordBatch> {
  yield* rows;
  yield last;
}

/** `rows` in batches of bounded size, whatever theirs were. */
export async function* inChunks(
  schema: Schema,
  rows: AsyncIterable<RecordBatch>,
): AsyncIterable<RecordBatch> {
  const builder = new BatchBuilder(schema);
  for await (const batch of rows) {
    for (let start = 0; start < batch.numRows; ) {
      const end = Math.min(batch.numRows, start + CHUNK_ROWS - builder.rowCount);
      builder.append(batch, { start, end });
      start = end;
      if (builder.rowCount === CHUNK_ROWS) yield builder.finish();
    }
  }
  if (builder.rowCount > 0) yield builder.finish();
}

/** Which rows of a batch fall into which bucket. Pure. Source: docs/format/layout.md, "Buckets". */
import { BUCKET_COLUMN, type TableDescriptor } from "@crv/core";
import { batchOf, type RowSelection, readTicks } from "@crv/core/arrow";
import { Int64, makeData, type RecordBatch } from "apache-arrow";

export interface BucketRows {
  readonly bucket: number;
  readonly rows: RowSelection;
}

/** Rows of each bucket, in their order. Rows without a tick column are all of bucket 0. */
export function splitByBucket(batch: RecordBatch, table: TableDescriptor): readonly BucketRows[] {
  const { tickColumn, tickBucketSize } = table;
  if (batch.numRows === 0) return [];
  if (tickColumn === null || tickBucketSize === null) {
    return [{ bucket: 0, rows: { start: 0, end: batch.numRows } }];
  }
  const buckets = readTicks(batch, tickColumn).map((tick) => Math.floor(tick / tickBucketSize));
  return splitRuns(buckets) ?? splitScattered(buckets);
}

/** One range per bucket, when each bucket's rows stand together: the cheap and usual case. */
function splitRuns(buckets: Float64Array): readonly BucketRows[] | undefined {
  const runs: BucketRows[] = [];
  const seen = new Set<number>();
  for (let start = 0; start < buckets.length; ) {
    const bucket = buckets[start] as number;
    if (seen.has(bucket)) return undefined;
    seen.add(bucket);
    let end = start + 1;
    while (end < buckets.length && buckets[end] === bucket) end++;
    runs.push({ bucket, rows: { start, end } });
    start = end;
  }
  return runs;
}

function splitScattered(buckets: Float64Array): readonly BucketRows[] {
  const counts = new Map<number, number>();
  for (const bucket of buckets) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  const rows = new Map([...counts].map(([bucket, count]) => [bucket, new Int32Array(count)]));
  const filled = new Map<number, number>();
  for (let row = 0; row < buckets.length; row++) {
    const bucket = buckets[row] as number;
    const at = filled.get(bucket) ?? 0;
    (rows.get(bucket) as Int32Array)[at] = row;
    filled.set(bucket, at + 1);
  }
  return [...rows].map(([bucket, selected]) => ({ bucket, rows: selected }));
}

/** `batch` with its `bucket` column set, where the table has one: it is always recomputed. */
export function withBucketColumn(batch: RecordBatch, bucket: number): RecordBatch {
  const index = batch.schema.fields.findIndex((field) => field.name === BUCKET_COLUMN);
  if (index < 0) return batch;
  const values = new BigInt64Array(batch.numRows).fill(BigInt(bucket));
  const column = makeData({ type: new Int64(), length: batch.numRows, nullCount: 0, data: values });
  const columns = batch.data.children.map((child, i) => (i === index ? column : child));
  return batchOf(batch.schema, batch.numRows, columns);
}

/**
 * Stages rows: splits them into buckets, sorts each by tick, writes parts. Memory is bounded: when
 * the open buckets hold more than they may, the largest are written and begun anew, so that
 * rows in tick order give one part per bucket and scattered ones may give several.
 */
import { PART_ROWS_MAX, type PartEntry, type TableDescriptor } from "@crv/core";
import { arrowSchema, BatchBuilder, sortedByTick } from "@crv/core/arrow";
import type { RecordBatch, Schema } from "apache-arrow";
import pMap from "p-map";
import { splitByBucket, withBucketColumn } from "./bucket-rows.js";

/** Writes one part of a bucket. */
export type WritePart = (bucket: number, batch: RecordBatch) => Promise<PartEntry>;

/** Parts written at once: one encodes while the other waits for its fsync. */
const PARTS_AT_ONCE = 2;

/** Rows of one part, where they arrive together. A whole multiple of the row group size. */
const PART_ROWS_TARGET = Math.min(PART_ROWS_MAX, 1 << 20);

/**
 * The parts that hold `rows`, in order of bucket and then of writing.
 *
 * @param bytesMax Bytes of rows that may be held now: less while other tables are staged, too.
 */
export async function stageRows(
  table: TableDescriptor,
  rows: AsyncIterable<RecordBatch>,
  bytesMax: () => number,
  write: WritePart,
): Promise<readonly PartEntry[]> {
  const schema = arrowSchema(table);
  const open = new Map<number, BatchBuilder>();
  const parts: PartEntry[] = [];
  const writeAll = async (buckets: readonly number[]): Promise<void> => {
    const written = await pMap(
      buckets,
      (bucket) => writeBucket(table, schema, bucket, takeBuilder(open, bucket), write),
      { concurrency: PARTS_AT_ONCE },
    );
    parts.push(...written);
  };
  for await (const batch of rows) {
    for (const { bucket, rows: selected } of splitByBucket(batch, table)) {
      const builder = open.get(bucket) ?? new BatchBuilder(schema);
      open.set(bucket, builder);
      builder.append(batch, selected);
    }
    await writeAll(chooseOverflow(open, bytesMax()));
  }
  await writeAll([...open.keys()].sort((a, b) => a - b));
  return parts.sort((a, b) => a.bucket - b.bucket);
}

/** Buckets that are full, and the largest ones until half of the budget is free. */
function chooseOverflow(
  open: ReadonlyMap<number, BatchBuilder>,
  bytesMax: number,
): readonly number[] {
  const sizes = [...open].map(([bucket, builder]) => ({
    bucket,
    bytes: builder.sizeBytes,
    full: builder.rowCount >= PART_ROWS_TARGET,
  }));
  let held = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const overflow = held > bytesMax;
  sizes.sort((a, b) => Number(b.full) - Number(a.full) || b.bytes - a.bytes);
  const chosen: number[] = [];
  for (const { bucket, bytes, full } of sizes) {
    if (!full && !(overflow && held > bytesMax / 2)) break;
    chosen.push(bucket);
    held -= bytes;
  }
  return chosen.sort((a, b) => a - b);
}

function takeBuilder(open: Map<number, BatchBuilder>, bucket: number): BatchBuilder {
  const builder = open.get(bucket) as BatchBuilder;
  open.delete(bucket);
  return builder;
}

function writeBucket(
  table: TableDescriptor,
  schema: Schema,
  bucket: number,
  builder: BatchBuilder,
  write: WritePart,
): Promise<PartEntry> {
  const batch = builder.finish();
  const order = table.tickColumn === null ? undefined : sortedByTick(batch, table.tickColumn);
  if (order === undefined) return write(bucket, withBucketColumn(batch, bucket));
  const sorted = new BatchBuilder(schema);
  sorted.append(batch, order);
  return write(bucket, withBucketColumn(sorted.finish(), bucket));
}

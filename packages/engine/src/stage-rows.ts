/**
 * Stages rows: splits them into buckets, sorts each by tick, writes parts. Memory is bounded: when
 * the open buckets hold more than they may, the largest are written and begun anew, so that
 * rows in tick order give one part per bucket and scattered ones may give several. Reading goes on while
 * parts are written. Source: docs/design/staging-rows.md.
 */
import type { PartEntry, TableDescriptor } from "@crv/core";
import { arrowSchema, BatchBuilder, sortedByTick } from "@crv/core/arrow";
import type { RecordBatch } from "apache-arrow";
import { withBucketColumn } from "./bucket-rows.js";
import { mapSource } from "./map-source.js";
import { OpenBuckets } from "./open-buckets.js";

/** Writes one part of a bucket. */
export type WritePart = (bucket: number, batch: RecordBatch) => Promise<PartEntry>;

/** Parts written at once: as many as threads encode. */
const PARTS_AT_ONCE = 2;

interface DueBucket {
  readonly bucket: number;
  readonly rows: BatchBuilder;
  readonly sizeBytes: number;
}

/**
 * The parts that hold `rows`, in order of bucket and then of writing. Every part that was begun has
 * settled when this returns or throws.
 *
 * @param bytesMax Bytes of rows that may be held now: less while other tables are staged, too.
 * @throws what `rows` or `write` throws first. `rows` is closed then.
 */
export async function stageRows(
  table: TableDescriptor,
  rows: AsyncIterable<RecordBatch>,
  bytesMax: () => number,
  write: WritePart,
): Promise<readonly PartEntry[]> {
  const open = new OpenBuckets(table);
  const writing = new Set<Promise<unknown>>();
  let writingBytes = 0;
  let hasFailed = false;

  const take = (bucket: number): DueBucket => {
    const taken = open.take(bucket);
    const { sizeBytes } = taken;
    writingBytes += sizeBytes;
    return { bucket, rows: taken, sizeBytes };
  };

  /** The pull of the next bucket is what reads on: nobody pulls while enough parts are written. */
  async function* dueBuckets(): AsyncGenerator<DueBucket> {
    for await (const batch of rows) {
      if (hasFailed) return;
      open.append(batch);
      for (const bucket of open.due(bytesMax())) yield take(bucket);
      while (writing.size > 0 && open.sizeBytes + writingBytes > bytesMax()) {
        await Promise.race(writing);
      }
    }
    for (const bucket of open.buckets()) yield take(bucket);
  }

  const writeDue = async ({ bucket, rows: due, sizeBytes }: DueBucket): Promise<PartEntry> => {
    const written = writeBucket(table, bucket, due, write);
    const settled = written.then(
      () => undefined,
      () => undefined,
    );
    writing.add(settled);
    try {
      return await written;
    } finally {
      writing.delete(settled);
      writingBytes -= sizeBytes;
    }
  };

  try {
    const parts = await mapSource(dueBuckets(), writeDue, PARTS_AT_ONCE);
    return parts.sort((a, b) => a.bucket - b.bucket);
  } catch (error) {
    hasFailed = true;
    await Promise.all(writing);
    throw error;
  }
}

function writeBucket(
  table: TableDescriptor,
  bucket: number,
  builder: BatchBuilder,
  write: WritePart,
): Promise<PartEntry> {
  const batch = builder.finish();
  const order = table.tickColumn === null ? undefined : sortedByTick(batch, table.tickColumn);
  if (order === undefined) return write(bucket, withBucketColumn(batch, bucket));
  const sorted = new BatchBuilder(arrowSchema(table));
  sorted.append(batch, order);
  return write(bucket, withBucketColumn(sorted.finish(), bucket));
}

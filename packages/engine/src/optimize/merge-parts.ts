/** Merges parts of one bucket: their rows in storage order, sorted by tick without changing ties. */
import type { PartEntry, TableDescriptor } from "@crv/core";
import { arrowSchema, BatchBuilder, sortedByTick } from "@crv/core/arrow";
import type { PartStore } from "@crv/storage-trait/parts";
import type { RecordBatch } from "apache-arrow";
import { withBucketColumn } from "../bucket-rows.js";
import { readAhead } from "../scan/read-ahead.js";

/** Parts read at once: small ones wait for the disk and for the decoders more than they work. */
const PARTS_AT_ONCE = 4;

export interface MergedRows {
  readonly batch: RecordBatch;
  /** The first of the group, as many as memory allowed. */
  readonly parts: readonly PartEntry[];
}

/**
 * The rows of the first parts of `group`, until `bytesMax` are held; at least of one.
 *
 * @throws IoError `CORRUPT`, `NOT_FOUND` for a part that cannot be read. `ABORTED`.
 */
export async function mergeParts(
  table: TableDescriptor,
  group: readonly PartEntry[],
  store: PartStore,
  bytesMax: number,
  signal: AbortSignal | undefined,
): Promise<MergedRows> {
  const schema = arrowSchema(table);
  const builder = new BatchBuilder(schema);
  const parts: PartEntry[] = [];
  const whole = readAhead(group, PARTS_AT_ONCE, async function* (part) {
    const batches: RecordBatch[] = [];
    const request = { ...(signal && { signal }) };
    for await (const batch of store.read(part, table, request)) batches.push(batch);
    yield { part, batches };
  });
  for await (const { part, batches } of whole) {
    for (const batch of batches) builder.append(batch);
    parts.push(part);
    if (builder.sizeBytes >= bytesMax) break;
  }
  const batch = builder.finish();
  const order = table.tickColumn === null ? undefined : sortedByTick(batch, table.tickColumn);
  const bucket = (parts[0] as PartEntry).bucket;
  if (order === undefined) return { batch: withBucketColumn(batch, bucket), parts };
  const sorted = new BatchBuilder(schema);
  sorted.append(batch, order);
  return { batch: withBucketColumn(sorted.finish(), bucket), parts };
}

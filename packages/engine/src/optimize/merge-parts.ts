/** Merges parts of one bucket: their rows in storage order, sorted by tick without changing ties. */
import type { PartEntry, TableDescriptor } from "@crv/core";
import { arrowSchema, BatchBuilder, sortedByTick } from "@crv/core/arrow";
import type { PartStore } from "@crv/storage-trait/parts";
import type { RecordBatch } from "apache-arrow";
import { withBucketColumn } from "../bucket-rows.js";
import { readAhead } from "../scan/read-ahead.js";

/** Parts of one task of a decoder, unless one alone is more: below, the trip there takes longer than the task. */
const TASK_PARTS_MAX = 32;
const TASK_BYTES_MAX = 1024 * 1024;
const TASK_ROWS_MAX = 1 << 16;
/** As many as there are decoders, and one that is fetched. */
const TASKS_AT_ONCE = 3;

export interface MergedRows {
  readonly batch: RecordBatch;
  /** Estimate of the memory that the rows take. */
  readonly sizeBytes: number;
  /** The first of the group, as many as memory allowed. */
  readonly parts: readonly PartEntry[];
}

export interface MergeLimits {
  /** Of rows that are held. */
  readonly bytesMax: number;
  /** Told how many are, before more are read; resolves when there is room for them. */
  readonly hold: (sizeBytes: number) => Promise<void>;
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
  { bytesMax, hold }: MergeLimits,
  signal: AbortSignal | undefined,
): Promise<MergedRows> {
  const schema = arrowSchema(table);
  const builder = new BatchBuilder(schema);
  const parts: PartEntry[] = [];
  const options = { ...(signal && { signal }) };
  const whole = readAhead(tasksOf(group), TASKS_AT_ONCE, async function* (task) {
    const wanted = task.map((part) => ({ part }));
    const rows = await store.readTogether(wanted, table, options);
    for (const [i, part] of task.entries()) yield { part, batches: rows[i] as RecordBatch[] };
  });
  for await (const { part, batches } of whole) {
    for (const batch of batches) builder.append(batch);
    parts.push(part);
    if (builder.sizeBytes >= bytesMax) break;
    await hold(builder.sizeBytes);
  }
  const { sizeBytes } = builder;
  const batch = builder.finish();
  const order = table.tickColumn === null ? undefined : sortedByTick(batch, table.tickColumn);
  const bucket = (parts[0] as PartEntry).bucket;
  if (order === undefined) return { batch: withBucketColumn(batch, bucket), sizeBytes, parts };
  const sorted = new BatchBuilder(schema);
  sorted.append(batch, order);
  return { batch: withBucketColumn(sorted.finish(), bucket), sizeBytes, parts };
}

/** `group` in its order, divided into what is read together. */
function tasksOf(group: readonly PartEntry[]): readonly (readonly PartEntry[])[] {
  const tasks: PartEntry[][] = [];
  let bytes = 0;
  let rows = 0;
  for (const part of group) {
    const task = tasks.at(-1);
    bytes += part.bytes;
    rows += part.rows;
    const fits = bytes <= TASK_BYTES_MAX && rows <= TASK_ROWS_MAX;
    if (task && fits && task.length < TASK_PARTS_MAX) {
      task.push(part);
      continue;
    }
    tasks.push([part]);
    ({ bytes, rows } = part);
  }
  return tasks;
}

/**
 * Copy-on-write: reads parts, changes their rows, and gives the rows of those that changed. Parts
 * that no change touches are not rewritten. Holds one part at a time.
 */
import type { PartEntry, TableDescriptor } from "@crv/core";
import { arrowSchema, BatchBuilder, equalTypes } from "@crv/core/arrow";
import type { PartStore } from "@crv/storage-trait/parts";
import type { RecordBatch, Schema } from "apache-arrow";

/** What becomes of the rows of one batch. */
export interface BatchChange {
  /** Batches that stand in for it. */
  readonly rows: readonly RecordBatch[];
  /** Rows that are gone or were changed. */
  readonly touched: number;
}

/** Undefined: nothing changes. */
export type ChangeBatch = (batch: RecordBatch) => BatchChange | undefined;

/** What a rewrite did; complete when its rows were read to their end. */
export interface RewriteReport {
  readonly replaced: PartEntry[];
  touched: number;
}

export async function* rewriteParts(
  table: TableDescriptor,
  parts: readonly PartEntry[],
  store: PartStore,
  change: ChangeBatch,
  report: RewriteReport,
): AsyncIterable<RecordBatch> {
  const schema = arrowSchema(table);
  for (const part of parts) {
    const batches: RecordBatch[] = [];
    for await (const batch of store.read(part, table)) batches.push(ownTypes(batch, schema));
    const changes = batches.map(change);
    if (changes.every((each) => each === undefined)) continue;
    report.replaced.push(part);
    for (const [i, each] of changes.entries()) {
      report.touched += each?.touched ?? 0;
      yield* each?.rows ?? [batches[i] as RecordBatch];
    }
  }
}

/** Parts of older columns, or of other programs, hold types that no column has: these are rebuilt. */
function ownTypes(batch: RecordBatch, schema: Schema): RecordBatch {
  const types = new Map(schema.fields.map(({ name, type }) => [name as string, type]));
  const isOwn = batch.schema.fields.every(({ name, type }) => {
    const own = types.get(name);
    return own !== undefined && equalTypes(own, type);
  });
  if (isOwn) return batch;
  const builder = new BatchBuilder(schema);
  builder.append(batch);
  return builder.finish();
}

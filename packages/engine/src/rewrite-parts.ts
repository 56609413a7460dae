/**
 * Copy-on-write: reads parts, changes their rows, and gives the rows of those that changed. Parts
 * that no change touches are not rewritten. Holds one part at a time.
 */
import type { PartEntry, TableDescriptor } from "@crv/core";
import { arrowSchema } from "@crv/core/arrow";
import type { PartStore } from "@crv/storage-trait/parts";
import type { RecordBatch } from "apache-arrow";
import { ownTypes } from "./own-types.js";

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

/** An append as an operation of its own: begin, stage, commit. */
import type { OperationRef, TableDescriptor } from "@crv/core";
import type { AppendOutcome, OperationIntent } from "@crv/storage-trait";
import type { RecordBatch } from "apache-arrow";
import { beginOperation } from "./begin-operation.js";
import type { EngineContext } from "./engine-context.js";

/** One append, named but not begun. */
export interface NamedAppend {
  readonly ref: OperationRef;
  readonly intent: OperationIntent;
  readonly table: TableDescriptor;
  /** Tables that are made with the rows. */
  readonly newTables: readonly TableDescriptor[];
}

export async function appendAlone(
  context: EngineContext,
  { ref, intent, table, newTables }: NamedAppend,
  rows: AsyncIterable<RecordBatch>,
  signal?: AbortSignal,
): Promise<AppendOutcome> {
  // Disposing discards what was staged; after the commit it has no effect.
  await using operation = await beginOperation(context, { ...intent, recheck: true }, ref);
  for (const descriptor of newTables) {
    await operation.stageSchema(descriptor.name, { kind: "create", descriptor });
  }
  const { parts, rowsAdded } = await operation.stageAppend(table.name, rows);
  signal?.throwIfAborted();
  const outcome = await operation.commit();
  const buckets = [...new Set(parts.map((part) => part.bucket))].sort((a, b) => a - b);
  return { ref, outcome, rows: rowsAdded, buckets, parts };
}

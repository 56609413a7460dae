/** One flush as one operation: a blind append to several tables. Source: docs/design/protocol.md, "Commit". */
import type { Version } from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import type { WriteContext } from "../write/append-rows.js";
import { landedOrThrow } from "../write/conflict-advice.js";
import { intentOf, type WriteOptions } from "../write/write-options.js";
import type { DescribedTable, TakenRows } from "./row-buffer.js";

/**
 * Commits the rows in their order, all tables together; tables that the run does not have are made.
 *
 * @returns The version that holds them.
 * @throws UnknownOutcomeError They may be committed. Whatever else is thrown: they are not.
 */
export async function commitTaken(
  { storage, catalog }: WriteContext,
  taken: readonly TakenRows[],
  options: WriteOptions,
): Promise<Version> {
  await using snapshot = await storage.snapshot();
  const tables = [...batchesByTable(taken)].map(([table, batches]) => ({
    ...catalog.resolve(table, snapshot),
    batches,
  }));
  await using operation = await storage.begin(intentOf(snapshot, options));
  for (const { descriptor, exists, batches } of tables) {
    if (!exists) await operation.stageSchema(descriptor.name, { kind: "create", descriptor });
    await operation.stageAppend(descriptor.name, inTurn(batches));
  }
  const outcome = await operation.commit();
  return landedOrThrow(
    outcome,
    tables.map(({ descriptor }) => descriptor.name),
  ).version;
}

function batchesByTable(taken: readonly TakenRows[]): Map<DescribedTable, RecordBatch[]> {
  const batchesOf = new Map<DescribedTable, RecordBatch[]>();
  for (const { table, batch } of taken) {
    const batches = batchesOf.get(table) ?? [];
    batchesOf.set(table, batches);
    batches.push(batch);
  }
  return batchesOf;
}

async function* inTurn(batches: readonly RecordBatch[]): AsyncIterable<RecordBatch> {
  yield* batches;
}

/** The commit of an operation on any number of tables, and its result. */
import type { OperationRef, RunId, TableKey, Version } from "@crv/core";
import type { Durability, StagedOperation, StagedStorage } from "@crv/storage-trait";
import { describeRows, landedRows } from "./append-result.js";
import type { WriteContext } from "./append-rows.js";
import { landedOrThrow } from "./conflict-advice.js";
import type { ChangedTable, StagedTables } from "./staged-tables.js";

export interface TransactionResult {
  /** Version of the run that holds the changes; of a transaction without effect the current one. */
  readonly version: Version;
  readonly runId: RunId;
  /** One entry for each table that was changed, in the order of the first change of each. */
  readonly tables: readonly ChangedTable[];
  /** What the commit survives: `full` a power failure, `process` the end of the process. */
  readonly durability: Durability;
}

/** @throws ConflictError, UnknownOutcomeError. */
export async function commitTables(
  { storage, durability }: WriteContext,
  operation: StagedOperation,
  staged: StagedTables,
  signal: AbortSignal | undefined,
): Promise<TransactionResult> {
  const outcome = landedOrThrow(await operation.commit(signal ? { signal } : {}), staged.keys);
  const { version } = outcome;
  const isDuplicate = outcome.kind === "committed" && outcome.duplicate;
  const tables = isDuplicate
    ? await describeLanded(storage, operation.ref, version, [...outcome.tableVersions.keys()])
    : staged.describe((table) => operation.staged(table));
  return { version, runId: storage.runId, tables, durability };
}

/** What landed under the id before. Of a rewrite it cannot be told any more which rows changed. */
function describeLanded(
  storage: StagedStorage,
  operation: OperationRef,
  version: Version,
  tables: readonly TableKey[],
): Promise<readonly ChangedTable[]> {
  return Promise.all(
    tables.map(async (table) => {
      const rows = describeRows(table, await landedRows(storage, operation, version, table), []);
      return { ...rows, rowsAdded: rows.rows, rowsRemoved: 0 };
    }),
  );
}

/** One transaction as one operation: begin, the caller's work, commit. */
import type { OperationRef, RunId, TableKey, Version } from "@crv/core";
import type { Durability, StagedStorage } from "@crv/storage-trait";
import { abortedOr, checkNotAborted } from "../cancellation.js";
import type { Descriptors } from "../tables/table-types.js";
import { describeRows, landedRows } from "./append-result.js";
import type { WriteContext } from "./append-rows.js";
import { landedOrThrow } from "./conflict-advice.js";
import type { ChangedTable, StagedTables } from "./staged-tables.js";
import { Transaction } from "./transaction.js";
import { checkWriteOptions, intentOf, type WriteOptions } from "./write-options.js";

export interface TransactionResult {
  /** Version of the run that holds the changes; of a transaction without effect the current one. */
  readonly version: Version;
  readonly runId: RunId;
  /** One entry for each table that was changed, in the order of the first change of each. */
  readonly tables: readonly ChangedTable[];
  /** What the commit survives: `full` a power failure, `process` the end of the process. */
  readonly durability: Durability;
}

/** The contract is that of `Dataset.transaction`. */
export async function runTransaction<Tables extends Descriptors>(
  context: WriteContext,
  work: (transaction: Transaction<Tables>) => Promise<void>,
  options: WriteOptions,
): Promise<TransactionResult> {
  checkWriteOptions("transaction", options);
  const { storage, durability } = context;
  const { signal } = options;
  await using snapshot = await storage.snapshot();
  // Disposing discards what was staged; after a commit it has no effect.
  await using operation = await storage.begin(intentOf(snapshot, options));
  const transaction = new Transaction<Tables>(context, snapshot, operation, options);
  const staged = await endOf(work, transaction, signal);
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

async function endOf<Tables extends Descriptors>(
  work: (transaction: Transaction<Tables>) => Promise<void>,
  transaction: Transaction<Tables>,
  signal: AbortSignal | undefined,
): Promise<StagedTables> {
  try {
    await work(transaction);
    const staged = await transaction.end();
    checkNotAborted(signal);
    return staged;
  } catch (error) {
    // Changes that were begun must have ended before what they staged is discarded.
    await transaction.end().catch(() => undefined);
    throw abortedOr(error, signal);
  }
}

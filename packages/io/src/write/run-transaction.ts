/** One transaction as one operation: begin, the caller's work, commit. */
import { abortedOr, checkNotAborted } from "../cancellation.js";
import type { Descriptors } from "../tables/table-types.js";
import type { WriteContext } from "./append-rows.js";
import { commitTables, type TransactionResult } from "./commit-tables.js";
import type { StagedTables } from "./staged-tables.js";
import type { Transaction, TransactionParts } from "./transaction.js";
import { checkWriteOptions, intentOf, type WriteOptions } from "./write-options.js";

/** The contract is that of `Dataset.transaction`. */
export async function runTransaction<Tables extends Descriptors, Made extends Transaction<Tables>>(
  context: WriteContext,
  work: (transaction: Made) => Promise<void>,
  options: WriteOptions,
  make: (...parts: TransactionParts) => Made,
): Promise<TransactionResult> {
  checkWriteOptions("transaction", options);
  const { storage } = context;
  const { signal } = options;
  await using snapshot = await storage.snapshot();
  // Disposing discards what was staged; after a commit it has no effect.
  await using operation = await storage.begin(intentOf(snapshot, options));
  const transaction = make(context, snapshot, operation, options);
  const staged = await endOf(work, transaction, signal);
  const result = await commitTables(context, operation, staged, signal);
  for (const table of staged.evolved.values()) context.catalog.evolve(table);
  return result;
}

async function endOf<Tables extends Descriptors, Made extends Transaction<Tables>>(
  work: (transaction: Made) => Promise<void>,
  transaction: Made,
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

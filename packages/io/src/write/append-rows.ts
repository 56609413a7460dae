/**
 * One append as one operation: check, stage, commit. Source: docs/design/protocol.md, "Commit".
 *
 * Nothing is staged before the input is known to have rows and, when it is in memory, to be right.
 * Whatever fails before the commit, the staged parts are discarded.
 */
import type { TableDescriptor, Version } from "@crv/core";
import type { Durability, OperationIntent, StagedStorage } from "@crv/storage-trait";
import { abortedOr } from "../cancellation.js";
import { openInput } from "../input/append-input.js";
import type { NamedTable, TableCatalog } from "../tables/table-catalog.js";
import {
  type AppendResult,
  describeRows,
  landedRows,
  rowsOfParts,
  type StoredRows,
} from "./append-result.js";
import { landedOrThrow } from "./conflict-advice.js";
import { EncodedInput } from "./encoded-input.js";
import { checkWriteOptions, intentOf, type WriteOptions } from "./write-options.js";

export interface WriteContext {
  readonly storage: StagedStorage;
  readonly catalog: TableCatalog;
  readonly strictSchema: boolean;
  readonly durability: Durability;
  /** Tables that a load stages at once, unless it says so itself. */
  readonly stageConcurrency: number;
}

/** The contract is that of `Dataset.append`. */
export async function appendRows(
  context: WriteContext,
  table: NamedTable,
  input: unknown,
  options: WriteOptions,
): Promise<AppendResult> {
  checkWriteOptions("append", options);
  const { storage, catalog, strictSchema: isStrict, durability } = context;
  const { signal, validateRows } = options;
  const snapshot = await storage.snapshot();
  try {
    const { descriptor } = catalog.resolve(table, snapshot);
    const checks = { isStrict, validateRows, signal };
    const encoded = await EncodedInput.open(openInput(input), descriptor, checks);
    try {
      const landed = encoded.isEmpty
        ? { version: snapshot.version, ...rowsOfParts([]) }
        : await commitRows(context, descriptor, encoded, intentOf(snapshot, options), signal);
      const rows = describeRows(table.key, landed, encoded.ignoredColumns);
      return { ...rows, version: landed.version, runId: storage.runId, durability };
    } finally {
      await encoded.close();
    }
  } finally {
    await snapshot.close();
  }
}

async function commitRows(
  { storage, catalog }: WriteContext,
  descriptor: TableDescriptor,
  encoded: EncodedInput,
  intent: OperationIntent,
  signal: AbortSignal | undefined,
): Promise<StoredRows & { readonly version: Version }> {
  const { name } = descriptor;
  try {
    const newTables = catalog.missingFor(descriptor, (table) => intent.base.descriptor(table));
    const options = { newTables, ...(signal && { signal }) };
    const appended = await storage.append(intent, descriptor, encoded.batches(), options);
    const landed = landedOrThrow(appended.outcome, [name]);
    const { version } = landed;
    if (landed.kind === "unchanged") return { version, ...rowsOfParts([]) };
    // What landed under this id before, not what was staged now.
    const isDuplicate = landed.duplicate;
    const rows = isDuplicate ? await landedRows(storage, appended.ref, version, name) : appended;
    return { ...rows, version };
  } catch (error) {
    // The storage may wrap what the input failed with; the caller is told the input's own error.
    throw abortedOr(encoded.failure ?? error, signal);
  }
}

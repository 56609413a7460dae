/**
 * One append as one operation: check, stage, commit. Source: docs/design/protocol.md, "Commit".
 *
 * Nothing is staged before the input is known to have rows and, when it is in memory, to be right.
 * Whatever fails before the commit, the staged parts are discarded.
 */
import type { PartEntry, Version } from "@crv/core";
import type { Durability, OperationIntent, StagedStorage } from "@crv/storage-trait";
import { abortedOr, checkNotAborted } from "../cancellation.js";
import type { NamedTable, ResolvedTable, TableCatalog } from "../tables/table-catalog.js";
import { type AppendResult, describeRows, landedParts } from "./append-result.js";
import { landedOrThrow } from "./conflict-advice.js";
import { EncodedInput } from "./encoded-input.js";
import { checkWriteOptions, intentOf, type WriteOptions } from "./write-options.js";

export interface WriteContext {
  readonly storage: StagedStorage;
  readonly catalog: TableCatalog;
  readonly strictSchema: boolean;
  readonly durability: Durability;
}

/** What became visible, and at which version. */
interface Landed {
  readonly version: Version;
  readonly parts: readonly PartEntry[];
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
  const { signal } = options;
  const snapshot = await storage.snapshot();
  try {
    const resolved = catalog.resolve(table, snapshot);
    const encoded = await EncodedInput.open(input, resolved.descriptor, { isStrict, signal });
    try {
      const { version, parts } = encoded.isEmpty
        ? { version: snapshot.version, parts: [] }
        : await commitRows(storage, resolved, encoded, intentOf(snapshot, options), signal);
      const rows = describeRows(table.key, parts, encoded.ignoredColumns);
      return { ...rows, version, runId: storage.runId, durability };
    } finally {
      await encoded.close();
    }
  } finally {
    await snapshot.close();
  }
}

async function commitRows(
  storage: StagedStorage,
  { descriptor, exists }: ResolvedTable,
  encoded: EncodedInput,
  intent: OperationIntent,
  signal: AbortSignal | undefined,
): Promise<Landed> {
  const table = descriptor.name;
  const operation = await storage.begin(intent);
  try {
    if (!exists) await operation.stageSchema(table, { kind: "create", descriptor });
    const { parts } = await operation.stageAppend(table, encoded.batches());
    checkNotAborted(signal);
    const outcome = landedOrThrow(await operation.commit(signal ? { signal } : {}), [table]);
    const { version } = outcome;
    if (outcome.kind === "unchanged") return { version, parts: [] };
    if (!outcome.duplicate) return { version, parts };
    // What landed under this id before, not what was staged now.
    return { version, parts: await landedParts(storage, operation.ref, version, table) };
  } catch (error) {
    // The storage may wrap what the input failed with; the caller is told the input's own error.
    throw abortedOr(encoded.failure ?? error, signal);
  } finally {
    // Without effect after the commit.
    await operation.discard();
  }
}

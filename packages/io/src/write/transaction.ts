/**
 * Transactions: writes to several tables that become visible together, in one commit, or not at all.
 * Source: docs/design/protocol.md, "Commit".
 */
import { IoError, type PartEntry, type RunId, type TableKey, type Version } from "@crv/core";
import type { Durability, SnapshotHandle, StagedOperation } from "@crv/storage-trait";
import { abortedOr, checkNotAborted } from "../cancellation.js";
import type { AppendInput } from "../input/append-input.js";
import type { ResolvedTable } from "../tables/table-catalog.js";
import type { Descriptors, RowsOf, TableArgument } from "../tables/table-types.js";
import { describeRows, landedParts, type WrittenRows } from "./append-result.js";
import type { WriteContext } from "./append-rows.js";
import { landedOrThrow } from "./conflict-advice.js";
import { EncodedInput } from "./encoded-input.js";
import { checkWriteOptions, intentOf, type WriteOptions } from "./write-options.js";

export interface TransactionResult {
  /** Version of the run that holds the rows; of a transaction without effect the current one. */
  readonly version: Version;
  readonly runId: RunId;
  /** One entry for each table that was written, in the order of the first write to it. */
  readonly tables: readonly WrittenRows[];
  readonly durability: Durability;
}

/** What one table got so far. */
interface Staged {
  readonly parts: PartEntry[];
  readonly ignoredColumns: Set<string>;
}

type Write = "append" | "overwrite";

export class Transaction<Tables extends Descriptors = readonly []> {
  readonly #context: WriteContext;
  readonly #snapshot: SnapshotHandle;
  readonly #operation: StagedOperation;
  readonly #signal: AbortSignal | undefined;
  readonly #staged = new Map<TableKey, Staged>();
  /** Writes are staged one after another, in the order of their calls. */
  #tail: Promise<void> = Promise.resolve();
  #hasEnded = false;

  /** Made by `Dataset.transaction`. */
  constructor(
    context: WriteContext,
    snapshot: SnapshotHandle,
    operation: StagedOperation,
    signal: AbortSignal | undefined,
  ) {
    this.#context = context;
    this.#snapshot = snapshot;
    this.#operation = operation;
    this.#signal = signal;
  }

  /** Adds rows. Input and errors as of `Dataset.append`; nothing is visible before the commit. */
  insert<const Table extends TableArgument<Tables>>(
    table: Table,
    input: AppendInput<RowsOf<Tables, Table>>,
  ): Promise<void> {
    return this.#inTurn(() => this.#write("append", table, input));
  }

  /**
   * Replaces all rows of a table, also by none. Conflicts with every other write to the table since
   * the transaction began.
   */
  overwrite<const Table extends TableArgument<Tables>>(
    table: Table,
    input: AppendInput<RowsOf<Tables, Table>>,
  ): Promise<void> {
    return this.#inTurn(() => this.#write("overwrite", table, input));
  }

  /** Waits for every write that was begun, awaited or not; the first that failed fails this. */
  async end(): Promise<readonly WrittenRows[]> {
    this.#hasEnded = true;
    await this.#tail;
    return [...this.#staged].map(([table, { parts, ignoredColumns }]) =>
      describeRows(table, parts, [...ignoredColumns]),
    );
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#hasEnded) {
      return Promise.reject(
        new IoError("CLOSED", "the transaction has ended: await every write inside it", {
          details: { what: "transaction" },
        }),
      );
    }
    const result = this.#tail.then(work);
    this.#tail = result;
    // A failure that nobody awaits is told by `end`.
    result.catch(() => undefined);
    return result;
  }

  async #write(how: Write, table: unknown, input: unknown): Promise<void> {
    checkNotAborted(this.#signal);
    const { catalog, strictSchema: isStrict } = this.#context;
    const resolved = catalog.resolve(catalog.find(table), this.#snapshot);
    const options = { isStrict, signal: this.#signal };
    const encoded = await EncodedInput.open(input, resolved.descriptor, options);
    try {
      if (how === "overwrite" || !encoded.isEmpty) await this.#stage(how, resolved, encoded);
    } catch (error) {
      throw abortedOr(encoded.failure ?? error, this.#signal);
    } finally {
      await encoded.close();
    }
  }

  async #stage(
    how: Write,
    { descriptor, exists }: ResolvedTable,
    encoded: EncodedInput,
  ): Promise<void> {
    const operation = this.#operation;
    const table = descriptor.name;
    if (!exists && !this.#staged.has(table)) {
      await operation.stageSchema(table, { kind: "create", descriptor });
    }
    const staged = this.#staged.get(table) ?? { parts: [], ignoredColumns: new Set() };
    this.#staged.set(table, staged);
    const { parts } =
      how === "append"
        ? await operation.stageAppend(table, encoded.batches())
        : await operation.stageOverwrite(table, encoded.batches());
    if (how === "overwrite") staged.parts.length = 0;
    staged.parts.push(...parts);
    for (const column of encoded.ignoredColumns) staged.ignoredColumns.add(column);
  }
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
  const transaction = new Transaction<Tables>(context, snapshot, operation, signal);
  let written: readonly WrittenRows[];
  try {
    await work(transaction);
  } finally {
    written = await transaction.end();
  }
  checkNotAborted(signal);
  const tables = written.map(({ table }) => table);
  const outcome = landedOrThrow(await operation.commit(signal ? { signal } : {}), tables);
  const { version } = outcome;
  const result = { version, runId: storage.runId, durability };
  if (outcome.kind === "unchanged" || !outcome.duplicate) return { ...result, tables: written };
  // What landed under this id before, not what was staged now.
  const landed = [...outcome.tableVersions.keys()].map(async (table) =>
    describeRows(table, await landedParts(storage, operation.ref, version, table), []),
  );
  return { ...result, tables: await Promise.all(landed) };
}

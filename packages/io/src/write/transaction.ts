/**
 * Transactions: changes of several tables that become visible together, in one commit, or not at
 * all. Each change sees the ones before it. Source: docs/design/protocol.md, "Conflicts".
 */
import {
  IoError,
  IoSchemaError,
  type Predicate,
  type TableDescriptor,
  type TableEvolution,
  type TableKey,
} from "@crv/core";
import type { SnapshotHandle, StagedHandle, StagedOperation } from "@crv/storage-trait";
import type { Table } from "apache-arrow";
import { abortedOr, checkNotAborted } from "../cancellation.js";
import { type AppendInput, openInput } from "../input/append-input.js";
import { parseFilter } from "../read/filter.js";
import type { Filter } from "../read/filter-types.js";
import { Scan } from "../read/scan.js";
import { checkScanOptions, type ScanOptions } from "../read/scan-options.js";
import type { ResolvedTable } from "../tables/table-catalog.js";
import type {
  ColumnOf,
  DescriptorOf,
  Descriptors,
  Int64Mode,
  RowsOf,
  TableArgument,
} from "../tables/table-types.js";
import type { ValidateRows } from "../validate/row-check.js";
import type { WriteContext } from "./append-rows.js";
import { EncodedInput } from "./encoded-input.js";
import { evolvedTable } from "./evolve-table.js";
import { encodeSet } from "./set-columns.js";
import { type FilesByTable, pathsByTable } from "./stage-files.js";
import { StagedTables } from "./staged-tables.js";
import { transactionView } from "./transaction-view.js";
import type { WriteOptions } from "./write-options.js";

/** How rows are put into a table. */
type Put = "stageAppend" | "stageMerge" | "stageOverwrite";

/** What a transaction is made of; opaque to whoever passes it on. */
export type TransactionParts = readonly [
  context: WriteContext,
  snapshot: SnapshotHandle,
  operation: StagedOperation,
  options: Pick<WriteOptions, "signal" | "validateRows">,
];

export class Transaction<Tables extends Descriptors = readonly []> {
  readonly #context: WriteContext;
  readonly #snapshot: SnapshotHandle;
  readonly #operation: StagedOperation;
  readonly #signal: AbortSignal | undefined;
  readonly #validateRows: ValidateRows | undefined;
  readonly #staged = new StagedTables();
  /** Tables that this transaction makes. */
  readonly #made = new Map<TableKey, TableDescriptor>();
  /** Changes are staged one after another, in the order of their calls. */
  #tail: Promise<void> = Promise.resolve();
  #hasEnded = false;

  /** Made by `Dataset.transaction`. */
  constructor(
    context: WriteContext,
    snapshot: SnapshotHandle,
    operation: StagedOperation,
    { signal, validateRows }: Pick<WriteOptions, "signal" | "validateRows">,
  ) {
    this.#context = context;
    this.#snapshot = snapshot;
    this.#operation = operation;
    this.#signal = signal;
    this.#validateRows = validateRows;
  }

  /** Adds rows. Input and errors as of `Dataset.append`; nothing is visible before the commit. */
  insert<const Named extends TableArgument<Tables>>(
    table: Named,
    input: AppendInput<RowsOf<Tables, Named>>,
  ): Promise<void> {
    return this.#inTurn(() => this.#put("stageAppend", table, input));
  }

  /**
   * Puts rows in the place of those with the same key, and adds the others. Of several rows with one
   * key the last counts.
   *
   * @throws IoSchemaError `INVALID_ARGUMENT` when the table has no key; else as of `insert`.
   */
  merge<const Named extends TableArgument<Tables>>(
    table: Named,
    input: AppendInput<RowsOf<Tables, Named>>,
  ): Promise<void> {
    return this.#inTurn(() => this.#put("stageMerge", table, input));
  }

  /** Replaces all rows of a table, also by none: an empty table. */
  overwrite<const Named extends TableArgument<Tables>>(
    table: Named,
    input: AppendInput<RowsOf<Tables, Named>>,
  ): Promise<void> {
    return this.#inTurn(() => this.#put("stageOverwrite", table, input));
  }

  /**
   * Removes the rows for which `filter` is true.
   *
   * @throws IoSchemaError `INVALID_FILTER`, `UNKNOWN_TABLE`.
   */
  delete<const Named extends TableArgument<Tables>>(
    table: Named,
    filter: Filter<ColumnOf<DescriptorOf<Tables, Named>>>,
  ): Promise<void> {
    return this.#inTurn(() =>
      this.#change(table, filter, (name, where) => this.#operation.stageDelete(name, where)),
    );
  }

  /**
   * Gives the rows for which `filter` is true new values in the columns of `set`. Key columns cannot
   * be set.
   *
   * @throws IoSchemaError `INVALID_FILTER`, `INVALID_ARGUMENT`, `UNEXPECTED_COLUMN`, `INVALID_VALUE`.
   */
  update<const Named extends TableArgument<Tables>>(
    table: Named,
    filter: Filter<ColumnOf<DescriptorOf<Tables, Named>>>,
    set: Partial<RowsOf<Tables, Named>>,
  ): Promise<void> {
    return this.#inTurn(() =>
      this.#change(table, filter, (name, where, descriptor) =>
        this.#operation.stageUpdate(name, where, encodeSet(descriptor, set)),
      ),
    );
  }

  /**
   * Changes the columns of a table, as `Dataset.evolve` does, before rows of it are changed here. What follows
   * in this transaction sees the table as it will be: new columns can be filled in the same commit.
   *
   * @example
   * await run.transaction(async (tx) => {
   *   await tx.evolve("trips", { add: { late: "bool?" } });
   *   await tx.update("trips", { delay: { gt: 60 } }, { late: true });
   * });
   * @returns The table as it will be.
   * @throws SchemaError `INVALID_DESCRIPTOR`. IoSchemaError `UNKNOWN_TABLE`, `DESCRIPTOR_MISMATCH`;
   *   `INVALID_ARGUMENT` when this transaction has changed rows or columns of the table already.
   */
  evolve<const Named extends TableArgument<Tables>>(
    table: Named,
    evolution: TableEvolution,
  ): Promise<TableDescriptor> {
    return this.#inTurn(() => this.#evolve(table, evolution));
  }

  /**
   * Registers files that other programs wrote, together with the other changes. The contract is that of
   * `Dataset.stageFiles`.
   */
  stageFiles(files: FilesByTable): Promise<void> {
    return this.#inTurn(() => this.#stageFiles(files));
  }

  /** As `Dataset.scan`, of what the transaction has made so far. The table joins its read set. */
  scan<
    const Named extends TableArgument<Tables>,
    const Column extends ColumnOf<DescriptorOf<Tables, Named>> = ColumnOf<
      DescriptorOf<Tables, Named>
    >,
    Mode extends Int64Mode = "number",
  >(
    table: Named,
    options: ScanOptions<ColumnOf<DescriptorOf<Tables, Named>>, Column, Mode> = {},
  ): Scan<DescriptorOf<Tables, Named>, Column, Mode> {
    const { catalog } = this.#context;
    const named = catalog.find(table);
    const described = this.#staged.evolved.get(named.key);
    const storage = transactionView(this.#snapshot, this.#operation, (table) =>
      this.#changed(table),
    );
    return new Scan(
      { storage, catalog },
      described === undefined ? named : { ...named, described },
      checkScanOptions(options),
    );
  }

  /** As `Dataset.read`, of what the transaction has made so far. */
  async read<
    const Named extends TableArgument<Tables>,
    const Column extends ColumnOf<DescriptorOf<Tables, Named>> = ColumnOf<
      DescriptorOf<Tables, Named>
    >,
  >(
    table: Named,
    options: ScanOptions<ColumnOf<DescriptorOf<Tables, Named>>, Column> = {},
  ): Promise<Table> {
    await this.#tail;
    return this.scan<Named, Column, Int64Mode>(table, options).toTable();
  }

  /** Waits for every change that was begun, awaited or not; the first that failed fails this. */
  async end(): Promise<StagedTables> {
    this.#hasEnded = true;
    await this.#tail;
    return this.#staged;
  }

  /**
   * For what stands beside tables: stages it into the same operation, after the changes before it.
   * Whoever composes a transaction of more than tables extends this class.
   */
  protected stageBeside<T>(work: (operation: StagedOperation) => Promise<T>): Promise<T> {
    return this.#inTurn(() => {
      checkNotAborted(this.#signal);
      return work(this.#operation);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#hasEnded) {
      return Promise.reject(
        new IoError("CLOSED", "the transaction has ended: await every change inside it", {
          details: { what: "transaction" },
        }),
      );
    }
    const result = this.#tail.then(work);
    this.#tail = result.then(() => undefined);
    // A failure that nobody awaits is told by `end`.
    this.#tail.catch(() => undefined);
    result.catch(() => undefined);
    return result;
  }

  async #put(how: Put, table: unknown, input: unknown): Promise<void> {
    checkNotAborted(this.#signal);
    const resolved = this.#resolve(table);
    const { descriptor } = resolved;
    const encoded = await EncodedInput.open(openInput(input), descriptor, {
      isStrict: this.#context.strictSchema,
      validateRows: this.#validateRows,
      signal: this.#signal,
    });
    try {
      if (encoded.isEmpty && how !== "stageOverwrite") return;
      await this.#make(resolved);
      const handle = await this.#operation[how](descriptor.name, encoded.batches());
      this.#staged.add(handle, encoded.ignoredColumns);
    } catch (error) {
      throw abortedOr(encoded.failure ?? error, this.#signal);
    } finally {
      await encoded.close();
    }
  }

  async #change(
    table: unknown,
    filter: unknown,
    stage: (
      table: TableKey,
      where: Predicate,
      descriptor: TableDescriptor,
    ) => Promise<StagedHandle>,
  ): Promise<void> {
    checkNotAborted(this.#signal);
    const { descriptor, exists } = this.#resolve(table);
    const where = parseFilter(filter, descriptor);
    if (where === undefined) {
      throw new IoSchemaError(
        "INVALID_FILTER",
        `say which rows of "${descriptor.name}": a filter, or overwrite(table, []) for all of them`,
        { details: { table: descriptor.name } },
      );
    }
    if (!exists && !this.#made.has(descriptor.name)) {
      // No row was found: another writer that makes the table meanwhile is a conflict.
      this.#operation.expect(descriptor.name);
      return;
    }
    this.#staged.add(await stage(descriptor.name, where, descriptor));
  }

  async #evolve(table: unknown, evolution: TableEvolution): Promise<TableDescriptor> {
    checkNotAborted(this.#signal);
    const { catalog } = this.#context;
    const named = catalog.find(table);
    // Of an id that is brought again the columns have changed already.
    if (this.#operation.settled) return catalog.resolve(named, this.#snapshot).descriptor;
    const { descriptor, dropped } = evolvedTable(catalog, named, this.#snapshot, evolution);
    const handle = await this.#operation.stageSchema(named.key, {
      kind: "evolve",
      descriptor,
      dropped,
    });
    this.#staged.add(handle);
    this.#staged.evolved.set(named.key, descriptor);
    return descriptor;
  }

  async #stageFiles(files: FilesByTable): Promise<void> {
    for (const { table, paths } of pathsByTable(this.#context.catalog, files)) {
      if (paths.length === 0) continue;
      checkNotAborted(this.#signal);
      const resolved = this.#resolve(table.described ?? table.key);
      await this.#make(resolved);
      this.#staged.add(await this.#operation.stageFiles(resolved.descriptor.name, paths));
    }
  }

  #resolve(table: unknown): ResolvedTable {
    const { catalog } = this.#context;
    const resolved = catalog.resolve(catalog.find(table), this.#snapshot);
    const evolved = this.#staged.evolved.get(resolved.descriptor.name);
    return evolved === undefined ? resolved : { descriptor: evolved, exists: true };
  }

  /** A table that this transaction makes or whose columns it changes, as it will be. */
  #changed(table: TableKey): TableDescriptor | undefined {
    return this.#staged.evolved.get(table) ?? this.#made.get(table);
  }

  /** Stages the schema of a table that does not exist yet, and of those that it references, once. */
  async #make({ descriptor }: ResolvedTable): Promise<void> {
    const existing = (table: TableKey): TableDescriptor | undefined =>
      this.#snapshot.descriptor(table) ?? this.#made.get(table);
    for (const missing of this.#context.catalog.missingFor(descriptor, existing)) {
      await this.#operation.stageSchema(missing.name, { kind: "create", descriptor: missing });
      this.#made.set(missing.name, missing);
    }
  }
}

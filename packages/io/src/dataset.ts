/** A run's tables, as users append to them and read them. */
import {
  IoError,
  type TableEvolution,
  type TableManifest,
  type Timers,
  type Version,
} from "@crv/core";
import type { Durability, StagedStorage } from "@crv/storage-trait";
import type { Table } from "apache-arrow";
import type { AppendInput } from "./input/append-input.js";
import { Scan } from "./read/scan.js";
import { checkScanOptions, type ScanOptions } from "./read/scan-options.js";
import { Recorder } from "./record/recorder.js";
import type { RecorderOptions } from "./record/recorder-options.js";
import type { IoSettings } from "./settings/io-settings.js";
import { TableCatalog } from "./tables/table-catalog.js";
import type {
  ColumnOf,
  DescriptorOf,
  Descriptors,
  Int64Mode,
  RowsOf,
  TableArgument,
} from "./tables/table-types.js";
import type { AppendResult } from "./write/append-result.js";
import { appendRows, type WriteContext } from "./write/append-rows.js";
import type { TransactionResult } from "./write/commit-tables.js";
import { type EvolveOptions, type EvolveResult, evolveTable } from "./write/evolve-table.js";
import type { LoadInput } from "./write/load-input.js";
import type { LoadOptions } from "./write/load-options.js";
import { loadTables } from "./write/load-tables.js";
import { runTransaction } from "./write/run-transaction.js";
import { type FilesByTable, type StageFilesOptions, stageFiles } from "./write/stage-files.js";
import { Transaction, type TransactionParts } from "./write/transaction.js";
import type { WriteOptions } from "./write/write-options.js";

export interface DatasetOptions<Tables extends Descriptors> {
  readonly storage: StagedStorage;
  readonly settings: IoSettings;
  /** Tables of the program, besides the canonical ones. */
  readonly tables: Tables;
  /** What `storage` was opened with; results name it. */
  readonly durability: Durability;
  readonly readOnly: boolean;
  /** The one version that `storage` shows, when it shows no other. */
  readonly pinnedAt?: Version;
  /** Of recorders. */
  readonly timers: Timers;
}

/**
 * The tables of one run. A table is named by its canonical name, by the name of a descriptor that
 * was passed here, or by a descriptor itself; then its rows are checked by the compiler, too. Tables
 * that are in the run already can be used by their name alone.
 */
export class Dataset<Tables extends Descriptors = readonly []> {
  readonly #storage: StagedStorage;
  readonly #settings: IoSettings;
  readonly #durability: Durability;
  readonly #readOnly: boolean;
  readonly #pinnedAt: Version | undefined;
  readonly #catalog: TableCatalog;
  readonly #timers: Timers;
  /** Those that are open, or hold rows. */
  readonly #recorders = new Set<Recorder<Tables>>();

  /** @throws IoSchemaError `DESCRIPTOR_MISMATCH` when `tables` describes one table in two ways. */
  constructor(options: DatasetOptions<Tables>) {
    const { storage, settings, tables, durability, readOnly, timers } = options;
    this.#storage = storage;
    this.#settings = settings;
    this.#durability = durability;
    this.#readOnly = readOnly;
    this.#pinnedAt = options.pinnedAt;
    this.#timers = timers;
    this.#catalog = new TableCatalog(tables, settings.tickBucketSize, this.#pinnedAt !== undefined);
  }

  /**
   * Appends rows in one commit; the first append to a table makes it. Input in memory is checked
   * whole before anything is written; a stream is checked and written as it comes, and discarded
   * when a row is bad. Input without rows makes no version, and no table: `overwrite` with no rows makes one.
   *
   * @throws IoSchemaError `UNKNOWN_TABLE`, `DESCRIPTOR_MISMATCH`; `INVALID_ARGUMENT`,
   *   `MISSING_COLUMN`, `UNEXPECTED_COLUMN`, `NULL_VALUE`, `INVALID_VALUE`, `INVALID_TICK` naming the
   *   column, the row and the remedy; with `validateRows`, `INVALID_ROW` naming the first bad rows.
   * @throws IoError `READ_ONLY`, `ABORTED`. IoWriteError `WRITE_FAILED`.
   * @throws ConflictError Nothing was appended. UnknownOutcomeError It may have been.
   */
  async append<const Named extends TableArgument<Tables>>(
    table: Named,
    input: AppendInput<RowsOf<Tables, Named>>,
    options: WriteOptions = {},
  ): Promise<AppendResult> {
    return appendRows(this.#writing(), this.#catalog.find(table), input, options);
  }

  /**
   * Changes any number of tables in one commit: all of it becomes visible together when `work` has
   * ended, or nothing when it throws. Inside, every read and change sees the ones before it; if a
   * table that was read or changed has moved meanwhile, the commit is a conflict.
   *
   * @example
   * await run.transaction(async (tx) => {
   *   await tx.insert("decisions", decisions);
   *   await tx.insert("messages", messages);
   * });
   * @throws What `work` throws; else as {@link append}.
   */
  async transaction(
    work: (transaction: Transaction<Tables>) => Promise<void>,
    options: WriteOptions = {},
  ): Promise<TransactionResult> {
    return runTransaction(this.#writing(), work, options, (...parts) =>
      this.makeTransaction(parts),
    );
  }

  /**
   * Loads any number of tables in one commit, several at once; all of it becomes visible together,
   * or nothing when one of them fails. What is given in memory is checked whole before anything is
   * written; streams are checked and written as they come, and the first that fails ends the others.
   *
   * - `append` adds the rows.
   * - `merge` puts them in the place of those with the same key, and adds the others. Of several rows
   *   with one key the last counts.
   * - `overwrite` replaces all rows of the table, also by none: an empty table.
   *
   * A load that only appends never conflicts with other writers; a table that is merged or
   * overwritten, and has moved meanwhile, is a conflict. A stream that waits for the rows of another
   * one needs both to be staged at once: see `stageConcurrency`.
   *
   * @example
   * await run.load({ decisions, messages: readMessages() }, { mode: "merge", actor: "nightly" });
   * @param input Rows by table: an object, or entries, where a table may be a descriptor.
   * @throws IoSchemaError `INVALID_ARGUMENT` also for a merge into a table without a key. Else as
   *   {@link append}.
   */
  async load(
    input: LoadInput<Tables>,
    options: LoadOptions<Tables> = {},
  ): Promise<TransactionResult> {
    return loadTables(this.#writing(), input, options);
  }

  /**
   * Changes the columns of a table in one commit, without rewriting a part: rows that are there read as
   * null in columns and fields that were added, and older versions keep their own columns.
   *
   * Strict: a table that has moved meanwhile is a conflict, and appends of others under the old columns
   * are refused with `SchemaChanged`. From then on this run knows the table as it is; programs that
   * describe it as it was are refused with `DESCRIPTOR_MISMATCH`.
   *
   * @example
   * await run.evolve("trips", { add: { note: "str?" }, widen: { delay: "f64" }, drop: ["colour"] });
   * @throws SchemaError `INVALID_DESCRIPTOR` naming the column and the reason.
   * @throws IoSchemaError `UNKNOWN_TABLE`, `DESCRIPTOR_MISMATCH`. IoError `READ_ONLY`, `ABORTED`.
   * @throws ConflictError, UnknownOutcomeError.
   */
  async evolve<const Named extends TableArgument<Tables>>(
    table: Named,
    evolution: TableEvolution,
    options: EvolveOptions = {},
  ): Promise<EvolveResult> {
    return evolveTable(this.#writing(), this.#catalog.find(table), evolution, options);
  }

  /**
   * Registers Parquet files that other programs wrote into the directories of tables, in one commit and
   * without rewriting them: for parts that are written in parallel. Each is read whole, checked as rows
   * are, sealed and made durable first; nothing is visible before. Files stay when this fails.
   *
   * @param files Paths by table, relative to the run:
   *   `tables/<table>/bucket=<6 digits>/part-<32 hex digits>.parquet`.
   * @example
   * await run.stageFiles({ trips: [`tables/trips/bucket=000000/part-${hex}.parquet`] });
   * @throws IoSchemaError naming the file: `INVALID_ARGUMENT` for its name, `MISSING_COLUMN`,
   *   `UNEXPECTED_COLUMN`, `NULL_VALUE`, `INVALID_VALUE`; `INVALID_TICK` for rows of another bucket.
   * @throws IoError `NOT_FOUND`, `CORRUPT`; `ALREADY_EXISTS` for a file that the run has or had.
   *   VersionMismatch `VERSION_MISMATCH`. ConflictError, UnknownOutcomeError.
   */
  async stageFiles(
    files: FilesByTable,
    options: StageFilesOptions = {},
  ): Promise<TransactionResult> {
    return stageFiles(this.#writing(), files, options);
  }

  /**
   * Takes rows one at a time, of any number of tables, for loops that produce them so: `write` is a
   * plain call, and what was written is committed together, once a flush is due. What a crash loses:
   * docs/recorder.md, "Loss window".
   *
   * @example
   * await using recorder = run.recorder({ flushRows: 10_000 });
   * for (let tick = 0; tick < 1000; tick++) {
   *   for (const agent of agents) recorder.write("decisions", agent.decide(tick));
   *   await recorder.ready();
   * }
   * @throws IoError `READ_ONLY`. IoSchemaError `INVALID_ARGUMENT`.
   */
  recorder(options: RecorderOptions = {}): Recorder<Tables> {
    const recorder: Recorder<Tables> = new Recorder(
      {
        ...this.#writing(),
        timers: this.#timers,
        onClose: () => this.#recorders.delete(recorder),
      },
      options,
    );
    this.#recorders.add(recorder);
    return recorder;
  }

  /** For a dataset whose transactions hold more than tables. */
  protected makeTransaction(parts: TransactionParts): Transaction<Tables> {
    return new Transaction<Tables>(...parts);
  }

  /** Closes every recorder; the first that fails fails this, when all were tried. */
  protected async closeRecorders(): Promise<void> {
    const closings = await Promise.allSettled([...this.#recorders].map((each) => each.close()));
    for (const closing of closings) if (closing.status === "rejected") throw closing.reason;
  }

  /**
   * Describes a read. Nothing is read yet.
   *
   * @throws IoSchemaError `UNKNOWN_TABLE`, `INVALID_ARGUMENT`, `INVALID_FILTER`: at once for tables
   *   that the program describes, at the first read for others.
   */
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
    const context = { storage: this.#storage, catalog: this.#catalog };
    return new Scan(context, this.#catalog.find(table), checkScanOptions(options));
  }

  /**
   * What {@link scan} selects, as one Arrow table; `scan(…).toRows()` gives objects. Errors as of
   * {@link scan}.
   */
  async read<
    const Named extends TableArgument<Tables>,
    const Column extends ColumnOf<DescriptorOf<Tables, Named>> = ColumnOf<
      DescriptorOf<Tables, Named>
    >,
  >(
    table: Named,
    options: ScanOptions<ColumnOf<DescriptorOf<Tables, Named>>, Column> = {},
  ): Promise<Table> {
    return this.scan<Named, Column, Int64Mode>(table, options).toTable();
  }

  /**
   * What the log says of a table; undefined when nothing was appended to it yet.
   *
   * @throws IoSchemaError `UNKNOWN_TABLE` for a name that neither the program nor the run knows.
   */
  async manifest<const Named extends TableArgument<Tables>>(
    table: Named,
  ): Promise<TableManifest | undefined> {
    const named = this.#catalog.find(table);
    const snapshot = await this.#storage.snapshot();
    try {
      this.#catalog.resolve(named, snapshot);
      return this.#storage.manifest(snapshot, named.key);
    } finally {
      await snapshot.close();
    }
  }

  /**
   * Writes the `manifest.json` of a table anew, from the log, whatever lies there: for programs that
   * read it, when it was lost or damaged. crv itself never trusts it. Loses nothing, also no times.
   *
   * @throws IoSchemaError `UNKNOWN_TABLE`. IoError `READ_ONLY`, `IO`. IoManifestError
   *   `RECOVERY_BLOCKED` for a view that shows more than the log holds.
   */
  async rebuildManifest<const Named extends TableArgument<Tables>>(
    table: Named,
  ): Promise<TableManifest> {
    const { key } = this.#catalog.find(table);
    return this.#writing().storage.publishView(key);
  }

  /** @throws IoError `READ_ONLY`. */
  #writing(): WriteContext {
    if (this.#readOnly) throw this.#refusal();
    return {
      storage: this.#storage,
      catalog: this.#catalog,
      strictSchema: this.#settings.strictSchema,
      durability: this.#durability,
      stageConcurrency: this.#settings.stageConcurrency,
    };
  }

  #refusal(): IoError {
    const { runId } = this.#storage;
    const version = this.#pinnedAt;
    return new IoError(
      "READ_ONLY",
      version === undefined
        ? `run ${runId} is open for reading only: open it with mode "readWrite"`
        : `this is version ${version} of run ${runId}, which never changes: write to the run itself`,
      { details: { runId, ...(version !== undefined && { version }) } },
    );
  }
}

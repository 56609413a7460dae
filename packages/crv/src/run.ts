/** A run: its tables, its history, and what opening it had to repair. */
import {
  type AdoptReport,
  type CommitRecord,
  IoError,
  type OperationRef,
  type Resolution,
  type RunBundle,
  type RunId,
  type Version,
} from "@crv/core";
import type { OpenedStorage, VerifyOptions, VerifyReport } from "@crv/engine";
import type {
  DatasetOptions,
  Descriptors,
  TransactionParts,
  TransactionResult,
  WriteOptions,
} from "@crv/io";
import type { RunInfo } from "@crv/manifest";
import type { ExaminedOperation, SweepReport } from "@crv/recovery";
import type {
  CleanupOptions,
  CleanupReport,
  HeldVersion,
  OptimizeOptions,
  OptimizeReport,
  StagedStorage,
  TrimReport,
} from "@crv/storage-trait";
import { RunTensors } from "@crv/tensors";
import { BranchedDataset, type OpenBranch } from "./branched-dataset.js";
import { type BundleContext, type BundleOptions, bundleFacts } from "./bundle-facts.js";
import { checkCount, checkKeys, checkTable } from "./check-options.js";
import {
  checkFollowOptions,
  type FollowedCommit,
  type FollowOptions,
  followRun,
} from "./follow.js";
import type { LogWatch } from "./log-watch.js";
import {
  isAsked,
  type LogOptions,
  type RefreshReport,
  summarizeTable,
  type TableSummary,
} from "./run-reports.js";
import { parseTarget, type VersionTarget } from "./run-target.js";
import { RunTransaction } from "./run-transaction.js";

/** Records read at once while looking back. */
const LOG_CHUNK_RECORDS = 256;

export interface RunOptions<Tables extends Descriptors> extends DatasetOptions<Tables> {
  readonly recovered: OpenedStorage["recovered"];
  readonly refresh: OpenedStorage["refresh"];
  readonly path: string;
  /** Directory of the store, as it was given. */
  readonly root: string;
  readonly openBranch: OpenBranch;
  readonly inspect: () => Promise<readonly ExaminedOperation[]>;
  /** Released after the storage. */
  readonly owned?: AsyncDisposable;
  readonly verify: (options: VerifyOptions) => Promise<VerifyReport>;
  readonly info: () => Promise<RunInfo | undefined>;
  readonly watch: () => LogWatch;
}

const NOTHING_RECOVERED: SweepReport = { rolledForward: [], rolledBack: [], left: [] };

/** What makes a run the view of the one version that `storage` shows. */
export function pinned(storage: StagedStorage) {
  const { version: pinnedAt } = storage;
  return { storage, pinnedAt, readOnly: true, recovered: NOTHING_RECOVERED };
}

export class Run<Tables extends Descriptors = readonly []> extends BranchedDataset<Tables> {
  readonly runId: RunId;
  /** Directory of the run. */
  readonly path: string;
  /** What opening the run found of writers that died: nothing, for a run opened for reading. */
  readonly recovered: OpenedStorage["recovered"];
  /** Batches of tensors, metadata and files of the run; each of its writes is a commit of its own. */
  readonly tensors: RunTensors;
  readonly #storage: StagedStorage;
  readonly #refresh: OpenedStorage["refresh"];
  readonly #inspect: RunOptions<Tables>["inspect"];
  readonly #viewOf: (storage: StagedStorage) => Run<Tables>;
  readonly #owned: AsyncDisposable | undefined;
  readonly #bundling: BundleContext;
  readonly #verify: RunOptions<Tables>["verify"];
  readonly #info: RunOptions<Tables>["info"];
  readonly #watch: RunOptions<Tables>["watch"];
  readonly #pinnedAt: Version | undefined;

  /** Made by `openRun`. */
  constructor(options: RunOptions<Tables>) {
    super(options);
    this.runId = options.storage.runId;
    this.path = options.path;
    this.recovered = options.recovered;
    this.#storage = options.storage;
    this.tensors = new RunTensors(options.storage);
    this.#refresh = options.refresh;
    this.#inspect = options.inspect;
    this.#bundling = options;
    this.#owned = options.owned;
    const { owned: _, ...shared } = options;
    this.#viewOf = (storage) =>
      new Run({ ...shared, ...pinned(storage), refresh: async () => NOTHING_RECOVERED });
    this.#verify = options.verify;
    this.#info = options.info;
    this.#watch = options.watch;
    this.#pinnedAt = options.pinnedAt;
  }

  /** Newest version that this process has seen; reading and writing look for newer ones. */
  get version(): Version {
    return this.#storage.version;
  }

  /**
   * Version of a damaged record, when a run opened for reading stopped before one: `version` is then
   * the newest sound one, and what was committed later is not shown. Undefined when none was met.
   */
  get damagedAt(): Version | undefined {
    return this.#storage.damagedAt;
  }

  /**
   * What was found, when this is a directory without a log that another program wrote: its tables are
   * read as they are, at version 0. {@link adoptRun} makes it a run that can be written. Else undefined.
   */
  get foreign(): AdoptReport | undefined {
    return this.#storage.foreign;
  }

  /**
   * Looks for what other processes committed. Of a run opened for writing it first settles what
   * writers that died meanwhile left behind, as the start of every write does; of one opened for
   * reading it writes nothing. Reads that are under way stay at their version.
   *
   * @throws IoManifestError `CORRUPT`, `RECOVERY_BLOCKED`. VersionMismatch `FORMAT_UNSUPPORTED`.
   *   IoError `IO`, `CLOSED`.
   */
  async refresh(): Promise<RefreshReport> {
    const recovered = await this.#refresh();
    return { version: this.version, recovered };
  }

  /**
   * The run as it was: a view of one version that never changes and cannot be written to, its tables
   * with the descriptors that they had. It reads through this run, which must stay open.
   *
   * @example
   * await using before = await run.at(run.version - 1);
   * const rows = await before.scan("holdings").toRows();
   *
   * @param target A version number, a time, an operation id, a tag or a branch: {@link VersionTarget}.
   * @throws IoError `NOT_FOUND`: there is no such version, and the message names the newest; or it was
   *   cleaned up, and the message names the oldest that is kept. `INVALID_ARGUMENT`, `CLOSED`.
   */
  async at(target: VersionTarget): Promise<Run<Tables>> {
    return this.#viewOf(await this.#storage.at(parseTarget(target)));
  }

  /** Parameters and labels; undefined when the run was never given any. @throws IoManifestError `CORRUPT`. */
  info(): Promise<RunInfo | undefined> {
    return this.#info();
  }

  /**
   * The commits of this run as they happen, of any process, in their order and without a gap; each with the
   * rows that it brought. Waits for the next one without end: leave the loop, or abort it. Where the
   * system tells of new files a commit is seen at once, else within a second.
   *
   * @example
   * for await (const commit of run.follow({ table: "metrics" })) {
   *   for (const { step, loss } of await commit.rows("metrics")) plot(step, loss);
   * }
   *
   * @throws IoError `INVALID_ARGUMENT`; `NOT_FOUND` when the log was trimmed beyond the next version;
   *   `ABORTED`, `CLOSED`. IoManifestError `CORRUPT`.
   */
  follow(options: FollowOptions = {}): AsyncGenerator<FollowedCommit, void, undefined> {
    checkFollowOptions(options);
    if (this.#pinnedAt !== undefined) {
      throw new IoError(
        "INVALID_ARGUMENT",
        `version ${this.#pinnedAt} never changes, so nothing can be followed: follow the run itself`,
        { details: { version: this.#pinnedAt } },
      );
    }
    return followRun({ storage: this.#storage, watch: this.#watch }, options);
  }

  /**
   * Changes tables, batches of tensors and files in one commit: all of it becomes visible together when
   * `work` has ended, or nothing when it throws. The contract is that of `Dataset.transaction`.
   *
   * @example
   * await run.transaction(async (tx) => {
   *   await tx.insert("decisions", rows);
   *   await tx.putBatch(42, { layer_12: { activations } });
   *   await tx.putFile("config.json", bytes);
   * });
   */
  override transaction(
    work: (transaction: RunTransaction<Tables>) => Promise<void>,
    options: WriteOptions = {},
  ): Promise<TransactionResult> {
    return super.transaction((transaction) => work(transaction as RunTransaction<Tables>), options);
  }

  protected override makeTransaction(parts: TransactionParts): RunTransaction<Tables> {
    return new RunTransaction<Tables>(...parts);
  }

  /** What the newest version holds, in byte order of name. */
  async tables(): Promise<readonly TableSummary[]> {
    await using snapshot = await this.#storage.snapshot();
    return snapshot.tables().map((table) => {
      const manifest = this.#storage.manifest(snapshot, table);
      return summarizeTable(table, snapshot.tableVersion(table), manifest);
    });
  }

  /**
   * Commit records, newest first. Looks back no further than `limit` asks.
   *
   * @throws IoError `INVALID_ARGUMENT`. IoSchemaError `UNKNOWN_TABLE` for a table not in the run.
   */
  async log(options: LogOptions = {}): Promise<readonly CommitRecord[]> {
    checkKeys("log", options, ["actor", "table", "from", "to", "limit"]);
    for (const bound of ["from", "to", "limit"] as const) checkCount(bound, options[bound]);
    const { actor, table, from = 1, limit = Number.POSITIVE_INFINITY } = options;
    await using snapshot = await this.#storage.snapshot();
    if (table !== undefined) checkTable(table, snapshot.tables());
    const records: CommitRecord[] = [];
    let to = Math.min(options.to ?? snapshot.version, snapshot.version);
    while (to >= from && records.length < limit) {
      const first = Math.max(from, to - LOG_CHUNK_RECORDS + 1);
      const chunk = await this.#records(first, to);
      records.push(...chunk.filter((record) => isAsked(record, actor, table)).reverse());
      to = first - 1;
    }
    return records.slice(0, limit);
  }

  /**
   * Settles an operation whose outcome was unknown: finds it in the log, or makes sure that it can
   * never land. The answer is stable from then on.
   */
  resolve(operation: OperationRef): Promise<Resolution> {
    return this.#storage.resolve(operation);
  }

  /**
   * Operations that left a sidecar, and what recovery would do about each. Writers that are at work
   * are among them. Changes nothing, also in a run opened for reading.
   */
  pending(): Promise<readonly ExaminedOperation[]> {
    return this.#inspect();
  }

  /**
   * Writes `bundle.manifest.json`: what the log says of every table, the files below `artifacts/`, the
   * revision of the program, versions, settings and `meta`. Whole or not at all, durable; each call
   * replaces what the one before it wrote. A damaged view or part of a table is no part of it.
   *
   * @example
   * await run.writeBundle({ meta: { seed: 7 } });
   * @returns What was written.
   * @throws IoError `READ_ONLY`, `INVALID_ARGUMENT`, `IO`. IoManifestError `RECOVERY_BLOCKED` for a
   *   bundle that shows more than the log holds.
   */
  async writeBundle(options: BundleOptions = {}): Promise<RunBundle> {
    return this.#storage.writeBundle(await bundleFacts(this.#bundling, options));
  }

  /**
   * Compares what is stored with what the log says: sizes, records, checkpoints and views; with `deep`
   * every byte of every part of every retained version, too. Changes nothing, also beside writers.
   * Problems are in the report, not thrown.
   *
   * @example
   * const { problems } = await run.verify({ deep: true });
   *
   * @throws IoError `INVALID_ARGUMENT`, `ABORTED`, `IO`, `CLOSED`. VersionMismatch `FORMAT_UNSUPPORTED`.
   */
  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    checkKeys("verify", options, ["deep", "signal", "onProgress"]);
    return this.#verify(options);
  }

  /**
   * Merges small parts of each bucket into parts of about `targetBytes`: the same rows, sorted by tick.
   * Readers of older versions keep their parts until cleanup takes them. Beside writers and readers; a
   * second call does nothing.
   *
   * @example
   * const { tables } = await run.optimize({ tables: ["flights"] });
   *
   * @throws IoError `INVALID_ARGUMENT`, `READ_ONLY`, `ABORTED`, `CORRUPT`, `IO`. IoSchemaError
   *   `UNKNOWN_TABLE`. UnknownOutcomeError.
   */
  async optimize(options: OptimizeOptions = {}): Promise<OptimizeReport> {
    checkKeys("optimize", options, [
      "tables",
      "targetBytes",
      "bucketPartsMin",
      "budget",
      "actor",
      "signal",
    ]);
    return this.#storage.optimize(options);
  }

  /**
   * Removes old versions and every file that no kept version names: parts that were replaced or merged,
   * and what dead writers left. The three newest versions always stay, and so does what is younger than
   * `graceMs` (an hour), so that a scan of less needs no lease.
   *
   * @example
   * const { filesRemoved } = await run.cleanup({ keepVersions: 100, dryRun: true });
   *
   * @throws IoError `INVALID_ARGUMENT`, `READ_ONLY`, `ABORTED`, `IO`. IoManifestError `CORRUPT`,
   *   `RECOVERY_BLOCKED`: then nothing was removed.
   */
  async cleanup(options: CleanupOptions): Promise<CleanupReport> {
    checkKeys("cleanup", options, ["keepVersions", "olderThan", "dryRun", "graceMs", "signal"]);
    return this.#storage.cleanup(options);
  }

  /**
   * Keeps a version, default the newest, from the cleanup of any process for `forMs` (100 ms to a day),
   * or until it is released. For reads that take longer than the grace of cleanup.
   *
   * @example
   * await using held = await run.hold({ forMs: 3_600_000 });
   *
   * @throws IoError `NOT_FOUND` when the version is not kept any more, `INVALID_ARGUMENT`, `READ_ONLY`.
   */
  async hold(options: {
    readonly forMs: number;
    readonly version?: Version;
  }): Promise<HeldVersion> {
    checkKeys("hold", options, ["forMs", "version"]);
    const { version, forMs } = options;
    await using snapshot = await this.#storage.snapshot(version === undefined ? {} : { version });
    return this.#storage.hold(snapshot, forMs);
  }

  /**
   * Removes the commit records of all but the newest versions: at least 3 are kept, `keepVersions` or
   * more. What the older ones did can no longer be read back; the data of the kept ones is untouched.
   *
   * @throws IoError `INVALID_ARGUMENT`, `READ_ONLY`, `IO`.
   */
  trimLog({ keepVersions }: { readonly keepVersions: number }): Promise<TrimReport> {
    return this.#storage.trimLog(keepVersions);
  }

  /**
   * Commits what recorders hold, brings published views up to date and releases what the run holds.
   * Idempotent.
   *
   * @throws What a recorder could not commit; then its rows are lost, and the run is closed.
   */
  async close(): Promise<void> {
    try {
      await this.closeRecorders();
    } finally {
      await this.#storage.close();
      await this.#owned?.[Symbol.asyncDispose]();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #records(first: Version, last: Version): Promise<CommitRecord[]> {
    const records: CommitRecord[] = [];
    for await (const record of this.#storage.commits({ after: first - 1 })) {
      if (record.version > last) break;
      records.push(record);
    }
    return records;
  }
}

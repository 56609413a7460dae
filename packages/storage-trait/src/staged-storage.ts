/**
 * The sealed interface: all that io and tensors see of the store. Implemented by engine alone.
 *
 * Sealed means that anyone may call it and only this repository can implement it. Handles are opaque:
 * their state is behind `./seal`; a forged or foreign one is refused with `FOREIGN_HANDLE`.
 */
import type {
  AdoptReport,
  AdoptRequest,
  Artifact,
  ArtifactMember,
  ArtifactName,
  BranchName,
  CommitOutcome,
  CommitRecord,
  ObjectKey,
  OperationId,
  OperationRef,
  PartEntry,
  Predicate,
  Resolution,
  RunBundle,
  RunBundleFacts,
  RunId,
  TableDescriptor,
  TableKey,
  TableManifest,
  TableVersion,
  TagName,
  Version,
} from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import type {
  BranchSummary,
  CommitText,
  DiffOptions,
  MergeOptions,
  MergeReport,
  RefsSummary,
  RunDiff,
  TagSummary,
} from "./history.js";
import type {
  CleanupOptions,
  CleanupReport,
  HeldVersion,
  OptimizeOptions,
  OptimizeReport,
  TrimReport,
} from "./maintenance.js";
import type { MemberInput, MemberRange } from "./member.js";
import type { sealed } from "./seal.js";

/** Of the branch that the storage is of, unless it names another. */
export type SnapshotTarget =
  | ({ readonly branch?: BranchName } & (
      | { readonly version?: Version }
      | { readonly asOf: Date }
      | { readonly operationId: OperationId }
    ))
  /** A tag, or a branch at its newest version. */
  | { readonly name: string };

/** A pinned version. Reads through it never change. */
export interface SnapshotHandle extends AsyncDisposable {
  readonly [sealed]: "snapshot";
  readonly runId: RunId;
  readonly branch: BranchName;
  /** 0 = nothing committed. */
  readonly version: Version;
  /** As of this version; undefined when the table does not exist in it. */
  descriptor(table: TableKey): TableDescriptor | undefined;
  /** The pin; 0 = never touched. */
  tableVersion(table: TableKey): TableVersion;
  /** In byte order of name. */
  tables(): readonly TableKey[];
  /** Idempotent. */
  close(): Promise<void>;
}

/** Tick bounds are inclusive. Storage order is (bucket, tickMin, path). */
export interface ScanRequest {
  readonly table: TableKey;
  readonly tickMin?: number;
  readonly tickMax?: number;
  readonly filter?: Predicate;
  /** Default: all, in descriptor order. */
  readonly columns?: readonly string[];
  readonly limit?: number;
  /** Rows left out before the first, in the order of the scan. Parts of such rows alone are not read. */
  readonly offset?: number;
  readonly order?: "tick" | "storage";
  /** Whether digests of parts are checked. Default true. */
  readonly verify?: boolean;
  readonly signal?: AbortSignal;
}

/** What a scan would read. No data was read for it. */
export interface ScanPlan {
  readonly version: Version;
  readonly parts: readonly PartEntry[];
  /** Upper bound of the rows; the count itself when `exact`. */
  readonly rowsMax: number;
  readonly exact: boolean;
  /** Paths or URLs of the parts, for other programs. */
  readonly locations: readonly string[];
}

export interface OperationIntent {
  readonly base: SnapshotHandle;
  readonly actor?: string;
  readonly message?: string;
  /** The caller's idempotency key; default: a new one. */
  readonly operationId?: OperationId;
  /** Row of the table in docs/design/protocol.md, "Conflicts". */
  readonly mode: "blind" | "strict" | "content-preserving";
  /**
   * The rows do not depend on what was read: when a table that only constraints looked at has moved,
   * they are checked again on the newest version, a few times, before that is a conflict. Of no
   * effect once the operation has read or rewritten something.
   */
  readonly recheck?: boolean;
}

export type StageKind = "append" | "merge" | "overwrite" | "delete" | "update" | "files" | "schema";

/** A table that comes to be, or whose columns change. */
export type SchemaChange =
  | { readonly kind: "create"; readonly descriptor: TableDescriptor }
  | {
      readonly kind: "evolve";
      /** As `evolveDescriptor` gives it, of the table in the base. */
      readonly descriptor: TableDescriptor;
      /** Columns of the base whose values go. */
      readonly dropped: readonly string[];
    };

/** What one stage call wrote, invisible until its operation commits. */
export interface StagedHandle {
  readonly [sealed]: "staged";
  readonly kind: StageKind;
  readonly table: TableKey;
  /** Rows that the table gained and lost; a row that changed counts as both. */
  readonly rowsAdded: number;
  readonly rowsRemoved: number;
  readonly parts: readonly PartEntry[];
}

/**
 * The first stage call that writes creates the sidecar before any part. Each call sees the ones
 * before it. Deletes, updates and merges rewrite the parts they change, so that every reader of plain
 * Parquet sees the change. Dispose = discard.
 */
export interface StagedOperation extends AsyncDisposable {
  readonly ref: OperationRef;
  readonly settled: CommitOutcome | undefined; // of its id: then nothing is staged, `commit` repeats it
  /** Rows in any order; memory is bounded by settings, not by the rows. */
  stageAppend(table: TableKey, rows: AsyncIterable<RecordBatch>): Promise<StagedHandle>;
  /** Replaces all rows; no rows = an empty table. */
  stageOverwrite(table: TableKey, rows: AsyncIterable<RecordBatch>): Promise<StagedHandle>;
  /**
   * Rows take the place of those with the same key; of several with one key the last counts.
   *
   * @throws IoSchemaError `INVALID_ARGUMENT` when the table has no key.
   */
  stageMerge(table: TableKey, rows: AsyncIterable<RecordBatch>): Promise<StagedHandle>;
  stageDelete(table: TableKey, where: Predicate): Promise<StagedHandle>;
  /** @param set One row, with the columns that are set. */
  stageUpdate(table: TableKey, where: Predicate, set: RecordBatch): Promise<StagedHandle>;
  /**
   * A change of columns comes before rows of that table, and is strict (a table that moved conflicts).
   *
   * @throws IoSchemaError `DESCRIPTOR_MISMATCH`, `UNKNOWN_TABLE`, `INVALID_ARGUMENT` when rows of the
   *   table are staged already, or its columns changed.
   */
  stageSchema(table: TableKey, change: SchemaChange): Promise<StagedHandle>;
  /**
   * Parts that other programs wrote into the directory of the table, under names that parts have: read,
   * checked as rows are, sealed, made durable. They stay as they are, also when nothing is committed.
   *
   * @throws IoSchemaError naming the file: `INVALID_ARGUMENT`, `MISSING_COLUMN`, `UNEXPECTED_COLUMN`,
   *   `NULL_VALUE`, `INVALID_VALUE`, `INVALID_TICK`. IoError `NOT_FOUND`; `ALREADY_EXISTS` for a file
   *   that the run has or had. VersionMismatch `VERSION_MISMATCH`.
   */
  stageFiles(table: TableKey, paths: readonly ObjectKey[]): Promise<StagedHandle>;
  /**
   * Writes an artifact whole: it replaces what it was. The last call for a name counts.
   *
   * @throws GrammarError `INVALID_NAME`. IoWriteError `LIMIT_EXCEEDED`, `WRITE_FAILED`.
   */
  stageArtifact(name: ArtifactName, members: readonly MemberInput[]): Promise<Artifact>;
  /** Removes an artifact; of one that is not there nothing is done. */
  removeArtifact(name: ArtifactName): Promise<void>;
  /**
   * The base with what was staged so far; of what was staged here, `version` is that of the base.
   * Another commit that changes the artifact is then a conflict.
   */
  artifact(name: ArtifactName): Artifact | undefined;
  /** All, in byte order of name. To list is not to read: no conflict comes of it. @param prefix Of names. */
  artifacts(prefix?: string): Iterable<Artifact>;
  /** The base with what was staged so far. Both add the table to the read set. */
  plan(request: ScanRequest): Promise<ScanPlan>;
  scan(request: ScanRequest): AsyncIterable<RecordBatch>;
  /** Parts that the commit adds to the table, as staged so far. */
  staged(table: TableKey): readonly PartEntry[];
  /** Adds the table to the read set without reading it. */
  expect(table: TableKey): void;
  /**
   * Once. Checks the constraints of every table on the state that the commit will produce; what that
   * reads joins the read set. Returns the outcome, throws only for surprises and for
   *
   * @throws ConstraintError `CONSTRAINT_VIOLATED`: nothing is visible, what was staged is removed.
   * @throws SchemaError `INVALID_DESCRIPTOR`: a table that is made references one that does not exist,
   *   or not its key.
   */
  commit(options?: { readonly signal?: AbortSignal }): Promise<CommitOutcome>;
  /** Removes what was staged, as far as possible. Idempotent; without effect after `commit`. */
  discard(): Promise<void>;
}

/** What became of one append. */
export interface AppendOutcome {
  readonly ref: OperationRef;
  readonly outcome: CommitOutcome;
  readonly rows: number;
  /** Ids of the buckets that the rows fall into, ascending. */
  readonly buckets: readonly number[];
  /** Parts that hold the rows; they may hold those of other appends, too. */
  readonly parts: readonly PartEntry[];
}

export interface AppendOptions {
  readonly signal?: AbortSignal;
  /** Tables that are made with the rows; default: that of the rows, when the base does not have it. */
  readonly newTables?: readonly TableDescriptor[];
}

export interface CommitRange {
  readonly branch?: BranchName;
  /** Exclusive; default 0. */
  readonly after?: Version;
  readonly signal?: AbortSignal;
}

/** Parts of one table, and the table as it was when they were committed. */
export interface CommittedParts {
  readonly version: Version;
  readonly descriptor: TableDescriptor;
  readonly parts: readonly PartEntry[];
}

export interface StagedStorage extends AsyncDisposable {
  readonly [sealed]: "storage";
  readonly runId: RunId;
  /** What is read and written; `main` unless another was opened. */
  readonly branch: BranchName;
  /** Newest version that this process has seen; taking a snapshot looks for newer ones. */
  readonly version: Version;
  /** Version of a damaged record before which a reader stopped; undefined when it met none. */
  readonly damagedAt: Version | undefined;
  snapshot(at?: SnapshotTarget): Promise<SnapshotHandle>;
  /**
   * A storage that shows that version only, and writes nothing: `READ_ONLY`. Reads through this one,
   * which must stay open; closing it lets the version go.
   */
  at(target: SnapshotTarget): Promise<StagedStorage>;
  plan(snapshot: SnapshotHandle, request: ScanRequest): Promise<ScanPlan>;
  /** An empty result still has its schema: at least one batch, possibly of no rows. */
  scan(snapshot: SnapshotHandle, request: ScanRequest): AsyncIterable<RecordBatch>;
  /** The rows of parts that a commit record names, whether they are still live or not. As {@link scan}. */
  scanParts(parts: CommittedParts, request: ScanRequest): AsyncIterable<RecordBatch>;
  /** From the log, not from the published file; undefined when the table does not exist. */
  manifest(snapshot: SnapshotHandle, table: TableKey): TableManifest | undefined;
  /** As of the snapshot; undefined when it is absent. */
  artifact(snapshot: SnapshotHandle, name: ArtifactName): Artifact | undefined;
  /** In byte order of name. @param prefix Of their names. */
  artifacts(snapshot: SnapshotHandle, prefix?: string): Iterable<Artifact>;
  /**
   * Bytes of a member, also of an old version. Digests are the caller's to check.
   *
   * @throws IoError `NOT_FOUND` the part is gone; `CORRUPT` it has another size than the log says;
   *   `LIMIT_EXCEEDED` for more than an array may hold.
   */
  readMember(
    member: Pick<ArtifactMember, "path" | "bytes">,
    range?: MemberRange,
  ): Promise<Uint8Array>;
  commits(range?: CommitRange): AsyncIterable<CommitRecord>;
  /**
   * What changed from one version to another, of any branches. Parts that both have are not read, and
   * parts that only came, or only went, are counted by the log; the rest is read, in bounded memory.
   *
   * @throws IoError `NOT_FOUND`.
   */
  diff(from: SnapshotTarget, to: SnapshotTarget, options?: DiffOptions): Promise<RunDiff>;
  /** Takes over what another branch changed up to `from`. @throws MergeConflictError, and as a commit. */
  merge(from: SnapshotTarget, options?: MergeOptions): Promise<MergeReport>;
  /** Writes nothing. */
  begin(intent: OperationIntent): Promise<StagedOperation>;
  /**
   * Rows as one blind operation; makes the table when the base does not have it. Small appends that
   * are under way together share parts, sidecar and record, and each is told its own outcome. Under
   * constraints an append is alone, and checked again when a table that the check read has moved.
   *
   * @throws ConstraintError, SchemaError as of `StagedOperation.commit`.
   */
  append(
    intent: OperationIntent,
    table: TableDescriptor,
    rows: AsyncIterable<RecordBatch>,
    options?: AppendOptions,
  ): Promise<AppendOutcome>;
  /** Removes the records of all but the newest versions, at least 3; they can be read no more. */
  trimLog(keepVersions: number): Promise<TrimReport>;
  /**
   * Writes the published view of a table anew, from the log, whatever lies there.
   *
   * @throws IoSchemaError `UNKNOWN_TABLE`. IoManifestError `RECOVERY_BLOCKED` for a view that shows
   *   more than the log holds.
   */
  publishView(table: TableKey): Promise<TableManifest>;
  /**
   * Writes the run bundle: what the log says of every table, the files under `artifacts/`, and `facts`.
   *
   * @throws IoManifestError `RECOVERY_BLOCKED` for a bundle that shows more than the log holds.
   */
  writeBundle(facts: RunBundleFacts): Promise<RunBundle>;
  /**
   * Merges small parts of each bucket: the same rows in fewer parts, sorted by tick. Memory is bounded by
   * `targetBytes`, not by the table. Conflicts with no reader and no append; a second call does nothing.
   *
   * @throws IoError `INVALID_ARGUMENT`, `ABORTED`, `CORRUPT`, `READ_ONLY`. IoSchemaError `UNKNOWN_TABLE`.
   *   UnknownOutcomeError.
   */
  optimize(options?: OptimizeOptions): Promise<OptimizeReport>;
  /** What another program wrote, when this is a directory without a log that is read as it is. */
  readonly foreign: AdoptReport | undefined;
  /**
   * Makes a directory that another program wrote a run, in one commit that names its parts as they lie.
   *
   * @throws IoError `ALREADY_EXISTS` when it has tables. IoSchemaError, SchemaError, VersionMismatch
   *   naming the file that is none of the run.
   */
  adopt(
    request: AdoptRequest,
  ): Promise<{ readonly outcome: CommitOutcome; readonly report: AdoptReport }>;
  /**
   * Removes old versions, and every file of the run that no kept version names: parts that were
   * replaced, and what dead writers left. Nothing outside the run's own names is touched.
   *
   * @throws IoError `INVALID_ARGUMENT`, `READ_ONLY`, `ABORTED`, `IO`. IoManifestError `CORRUPT`,
   *   `RECOVERY_BLOCKED`: then nothing was removed.
   */
  cleanup(options: CleanupOptions): Promise<CleanupReport>;
  /**
   * Keeps the version of `snapshot` from cleanup for so long, or until it is released.
   *
   * @throws IoError `NOT_FOUND` when it is not kept any more, `INVALID_ARGUMENT`, `READ_ONLY`, `IO`.
   */
  hold(snapshot: SnapshotHandle, forMs: number): Promise<HeldVersion>;
  /** Branches and tags of the run, newly read. */
  refs(): Promise<RefsSummary>;
  /**
   * One commit of main; nothing is copied, whatever the size of the run.
   *
   * @throws IoError `ALREADY_EXISTS`, `NOT_FOUND`. UnknownOutcomeError.
   */
  createBranch(name: BranchName, from: SnapshotTarget, text: CommitText): Promise<BranchSummary>;
  /**
   * What was committed to it can be read no more.
   *
   * @throws IoError `NOT_FOUND`; `INVALID_ARGUMENT` for main, the branch that this storage is of, and
   *   one that others were made from, or that has tags.
   */
  deleteBranch(name: BranchName, text: CommitText): Promise<void>;
  /** As {@link createBranch}. */
  createTag(name: TagName, at: SnapshotTarget, text: CommitText): Promise<TagSummary>;
  /** @throws IoError `NOT_FOUND`. */
  deleteTag(name: TagName, text: CommitText): Promise<void>;
  /** Settles an unknown outcome; may publish an aborting record. */
  resolve(operation: OperationRef): Promise<Resolution>;
  close(): Promise<void>;
}

/**
 * The commit record: one JSON object per version, created once, never changed. The state of a run at
 * version N is the fold of records 1..N. Source: docs/format/commit-record.md.
 */
import type { ArtifactMember } from "./artifact.js";
import type { TableDescriptor } from "./descriptor.js";
import type {
  ArtifactName,
  BranchId,
  BranchName,
  CommitId,
  OperationId,
  TableKey,
  TagName,
} from "./id-types.js";
import type { ObjectKey } from "./object-key.js";
import type { PartEntry } from "./part-entry.js";
import type { TableVersion, Version } from "./version.js";

/** Format of everything under a run. */
export const FORMAT_VERSION = 1;

/**
 * `data` changes rows, `optimize` preserves them, `merge` takes over what another branch changed,
 * `recovery` settles another's operation, `refs` makes or deletes branches and tags.
 */
export type CommitKind = "data" | "optimize" | "merge" | "refs" | "recovery";

export type OperationKind =
  | "append"
  | "merge"
  | "overwrite"
  | "delete"
  | "update"
  | "schema"
  | "files"
  | "tensors"
  | "transaction"
  | "optimize"
  | "refs"
  | "repair"
  | "recovery";

/** One commit, of main or of a branch. */
export interface CommitPoint {
  /** Null = main. */
  readonly branchId: BranchId | null;
  readonly version: Version;
  /** Null at version 0. Numbers may be freed, ids are never used again. */
  readonly commitId: CommitId | null;
}

/** A branch: what it is called in itself, and where it begins. */
export interface BranchEntry {
  readonly id: BranchId;
  readonly from: CommitPoint;
}

/** Branches and tags that a commit of main makes, or deletes (null). */
export interface RefsChange {
  readonly branches: ReadonlyMap<BranchName, BranchEntry | null>;
  readonly tags: ReadonlyMap<TagName, CommitPoint | null>;
}

/** Where the rows of an append are that shares its parts with other appends of its commit. */
export interface SharedRows {
  /** The append whose id the names of the parts are drawn from. */
  readonly leader: OperationId;
  /** Rows of this append alone. */
  readonly rows: number;
  /** Ids of the buckets that they fall into, ascending. */
  readonly buckets: readonly number[];
}

/** One operation of a commit; several in a group commit. */
export interface OperationEntry {
  readonly id: OperationId;
  readonly actor: string | null;
  readonly message: string | null;
  readonly kind: OperationKind;
  /** Version of each touched or asserted table that the operation expected; null = blind. */
  readonly tables: ReadonlyMap<TableKey, TableVersion | null>;
  /** Version that it expected of each touched or asserted artifact, 0 = absent. Absent without any. */
  readonly artifacts?: ReadonlyMap<ArtifactName, Version>;
  /** Absent when its parts are its own. */
  readonly shared?: SharedRows;
}

/** What a commit does to one table. */
export interface TableChange {
  /** The table's version after this commit. */
  readonly version: TableVersion;
  /** In the table's first record, and whenever it changes. */
  readonly descriptor?: TableDescriptor;
  /** Columns of the descriptor before whose values in the parts that are there are gone. */
  readonly dropped?: readonly string[];
  readonly add: readonly PartEntry[];
  readonly remove: readonly ObjectKey[];
  /** The rows are the same as before: optimize. */
  readonly preserving?: boolean;
}

/** Class of one table in the recovery of an operation. Source: docs/design/protocol.md, "Recovery". */
export type RecoveryClass =
  | "RolledPastExpected"
  | "NoMovement"
  | "UnexpectedAtP1"
  | "UnexpectedMultistep"
  | "InvariantViolation";

export interface RecoveredTable {
  readonly table: TableKey;
  readonly class: RecoveryClass;
  readonly from: TableVersion;
  readonly to: TableVersion;
}

/** One operation that a recovery settled. */
export interface RecoveredOperation {
  readonly operationId: OperationId;
  readonly forActor: string | null;
  readonly tables: readonly RecoveredTable[];
}

/** The audit entry of a recovery. */
export interface RecoveryEntry extends RecoveredOperation {
  readonly kind: "RolledForward" | "RolledBack";
  /** Rolled back by the same record; absent when there is none. {@link recoveriesOf} has them all. */
  readonly others?: readonly RecoveredOperation[];
}

export interface CommitRecord {
  readonly format: typeof FORMAT_VERSION;
  readonly version: Version;
  readonly commitId: CommitId;
  /** Of a branch merge two, of version 1 none. */
  readonly parents: readonly CommitId[];
  readonly kind: CommitKind;
  /** ISO 8601, UTC, of the writer's clock. */
  readonly createdAt: string;
  readonly operations: readonly OperationEntry[];
  /** Operations that can never commit any more. */
  readonly aborts: readonly OperationId[];
  readonly tables: ReadonlyMap<TableKey, TableChange>;
  /** Members of each artifact that it writes, all of them; none = the artifact is removed. */
  readonly artifacts?: ReadonlyMap<ArtifactName, readonly ArtifactMember[]>;
  /**
   * Of a branch merge: the commit that was merged, its second parent, then the newest commits of other
   * branches that this log holds with it from now on.
   */
  readonly merged?: readonly CommitPoint[];
  /** Only in records of main. */
  readonly refs?: RefsChange;
  readonly recovery?: RecoveryEntry;
}

/** The audit entry of each operation that `record` recovered, in the order of their ids. */
export function recoveriesOf({
  recovery,
}: Pick<CommitRecord, "recovery">): readonly Omit<RecoveryEntry, "others">[] {
  if (recovery === undefined) return [];
  const { kind, others = [], ...first } = recovery;
  return [first, ...others].map((operation) => ({ kind, ...operation }));
}

/** The audit entry of operations that are recovered by one record; `others` only of a roll-back. */
export function recoveryEntryOf(
  kind: RecoveryEntry["kind"],
  first: RecoveredOperation,
  others: readonly RecoveredOperation[] = [],
): RecoveryEntry {
  const pick = ({ operationId, forActor, tables }: RecoveredOperation): RecoveredOperation => ({
    operationId,
    forActor,
    tables,
  });
  return { kind, ...pick(first), ...(others.length > 0 && { others: others.map(pick) }) };
}

/** Actor of every recovery commit. */
export const RECOVERY_ACTOR = "crv:recovery";

/** One table at one version: a value derived from the log, not the file. */
export interface TableManifest {
  readonly table: TableKey;
  readonly branch: BranchName;
  /** Version of the run that this shows. */
  readonly runVersion: Version;
  readonly tableVersion: TableVersion;
  readonly descriptor: TableDescriptor;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly rows: number;
  readonly bytes: number;
  /** In order of bucket id. */
  readonly partitions: readonly TablePartition[];
}

export interface TablePartition {
  readonly bucketId: number;
  readonly rows: number;
  readonly bytes: number;
  readonly tickMin: number | null;
  readonly tickMax: number | null;
  /** In order of their commits. */
  readonly parts: readonly (PartEntry & { readonly createdAt: string })[];
}

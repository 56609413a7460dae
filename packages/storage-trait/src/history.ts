/** Branches, tags, and what differs between versions: what is asked of the store, and what it tells. */
import type {
  ArtifactName,
  BranchId,
  BranchName,
  MergeChoice,
  MergeConflict,
  Scalar,
  TableKey,
  TableVersion,
  TagName,
  Version,
} from "@crv/core";

export interface DiffOptions {
  /** Default: all. */
  readonly tables?: readonly TableKey[];
  /** Keys to name for each table that has one; more rows are read for it. Default 0. */
  readonly keysMax?: number;
  readonly signal?: AbortSignal;
}

/** What became of one table from one version to another. */
export interface TableDiff {
  readonly table: TableKey;
  /** `absent`: it does not exist in the second version. */
  readonly kind: "created" | "changed" | "absent";
  /** Versions of the table; 0 = it does not exist. Those of two branches cannot be compared. */
  readonly from: TableVersion;
  readonly to: TableVersion;
  readonly rowsAdded: number;
  readonly rowsRemoved: number;
  /** Rows whose key stayed; 0 in a table without a key, where such a row is removed and added. */
  readonly rowsChanged: number;
  /** Parts that only one of the versions has. Rewriting alone changes these, and no rows. */
  readonly partsAdded: number;
  readonly partsRemoved: number;
  /** At most `keysMax`; values in the order of the key's columns. */
  readonly keys: readonly {
    readonly kind: "added" | "removed" | "changed";
    readonly key: readonly Scalar[];
  }[];
}

export interface RunDiff {
  readonly from: CommitPointName;
  readonly to: CommitPointName;
  /** Those whose rows differ, in byte order of name. */
  readonly tables: readonly TableDiff[];
}

export interface MergeOptions extends CommitText {
  /** Decides conflicts that {@link onConflict} leaves. Default: none, and then they are refused. */
  readonly strategy?: MergeChoice;
  /** Asked for each conflict where either side may be chosen; undefined leaves it. */
  readonly onConflict?: (
    conflict: MergeConflict,
  ) => MergeChoice | undefined | Promise<MergeChoice | undefined>;
  /** Whether only to tell what would be done: nothing is committed. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/** A conflict, and how it was decided. */
export interface DecidedConflict extends MergeConflict {
  readonly choice?: MergeChoice;
}

/** What a merge did, or would do, to one table. */
export interface MergedTable {
  readonly table: TableKey;
  readonly rowsAdded: number;
  readonly rowsRemoved: number;
  /** Parts of the merged branch that are taken over as they are. */
  readonly partsAdopted: number;
  /** Parts that go, and those that are written since only some of their rows stay or come. */
  readonly partsRemoved: number;
  readonly partsWritten: number;
}

export interface MergeReport {
  /** `upToDate`: there was nothing to merge, and nothing was committed. */
  readonly outcome: "upToDate" | "fastForward" | "merged";
  readonly dryRun: boolean;
  readonly from: CommitPointName;
  /** As it was before. */
  readonly into: CommitPointName;
  /** What both have in common; several when the branches were merged into each other at once. */
  readonly bases: readonly CommitPointName[];
  /** Newest version of `into` now. */
  readonly version: Version;
  /** Those that change, in byte order of name. */
  readonly tables: readonly MergedTable[];
  /** Tensors, metadata and files that change, in byte order of name. */
  readonly artifacts: readonly { readonly artifact: ArtifactName; readonly isRemoved: boolean }[];
  /** At most 1000 that were decided; of a dry run also those that were not. */
  readonly conflicts: readonly DecidedConflict[];
  readonly conflictCount: number;
  /** Of a dry run: conflicts that would refuse it. Else 0. */
  readonly undecidedCount: number;
}

/** Who commits, and why. */
export interface CommitText {
  readonly actor?: string;
  readonly message?: string;
}

/** A branch as `refs` lists it. */
export interface BranchSummary {
  readonly name: BranchName;
  /** Never used again, also when the name is. Absent of main. */
  readonly id?: BranchId;
  /** What it was made from; absent of main. */
  readonly from?: CommitPointName;
  /** Null of main. */
  readonly createdAt: string | null;
}

/** A version by the names that people use. */
export interface CommitPointName {
  readonly branch: BranchName;
  readonly version: Version;
}

export interface TagSummary extends CommitPointName {
  readonly name: TagName;
  readonly createdAt: string;
}

/** In byte order of name. Main is the first branch. */
export interface RefsSummary {
  readonly branches: readonly BranchSummary[];
  readonly tags: readonly TagSummary[];
}

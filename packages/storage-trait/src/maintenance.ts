/** What maintenance of a run is asked, and what it did: trimming, optimizing, cleaning up, holding. */
import type { TableKey, Version } from "@crv/core";

/** What trimming the log did. */
export interface TrimReport {
  /** Oldest version that can still be read. */
  readonly floor: Version;
  readonly recordsRemoved: number;
}

export interface OptimizeOptions {
  /** Default: all. */
  readonly tables?: readonly string[];
  /** Size of the parts that are aimed at, in bytes; default 32 MiB. Smaller than half of it is small. */
  readonly targetBytes?: number;
  /** A bucket with fewer small parts is left as it is. Default and least: 2. */
  readonly bucketPartsMin?: number;
  /** Ends early: after so many parts were merged, or with the first commit after so much time. */
  readonly budget?: { readonly parts?: number; readonly ms?: number };
  /** Default `crv:optimize`. */
  readonly actor?: string;
  readonly signal?: AbortSignal;
}

/** What optimizing did to one table. */
export interface OptimizedTable {
  readonly table: TableKey;
  readonly partsRemoved: number;
  readonly partsAdded: number;
  /** Of the parts that were merged; the table has as many as before. */
  readonly rows: number;
  readonly bytesRemoved: number;
  readonly bytesAdded: number;
}

export interface OptimizeReport {
  /** Newest version afterwards. */
  readonly version: Version;
  /** Commits that it took; 0 when there was nothing to merge. */
  readonly commits: number;
  /** Only those in which parts were merged. */
  readonly tables: readonly OptimizedTable[];
  /** False when the budget ended it, or other writers kept replacing the parts. */
  readonly isComplete: boolean;
}

export interface CleanupOptions {
  /** Newest versions that stay; at least 3 do. With `olderThan`, too, only what both give up goes. */
  readonly keepVersions?: number;
  /** Versions that were the newest one at this time or later stay. */
  readonly olderThan?: Date;
  /** What would go is told, and nothing is changed. Default false. */
  readonly dryRun?: boolean;
  /**
   * Versions that were replaced, and files that were written, so many milliseconds ago or less stay; a
   * reader of less time needs no lease. Default an hour.
   */
  readonly graceMs?: number;
  readonly signal?: AbortSignal;
}

export interface CleanupReport {
  readonly dryRun: boolean;
  /** Oldest version that can still be read, and the newest. */
  readonly floor: Version;
  readonly version: Version;
  /** Oldest version that a reader lease keeps, when the floor would be higher without. */
  readonly heldBy: Version | undefined;
  readonly filesRemoved: number;
  readonly removed: {
    readonly records: number;
    readonly checkpoints: number;
    readonly parts: number;
    readonly keyFilters: number;
    /** Of artifacts: tensor files and others. */
    readonly members: number;
    /** Floors, leases, segments of checkpoints, and files of branches that were deleted. */
    readonly others: number;
  };
  /** Of parts, key filters, members, checkpoints in segments and files of branches. */
  readonly bytesRemoved: number;
}

/** A version that cleanup keeps. Dispose = release. */
export interface HeldVersion extends AsyncDisposable {
  readonly version: Version;
  /** The time begins anew. */
  renew(): Promise<void>;
  /** Idempotent. */
  release(): Promise<void>;
}

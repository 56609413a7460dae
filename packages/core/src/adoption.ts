/** What taking over parts of other programs found, as data. Source: docs/format/foreign-runs.md. */
import type { ObjectKey } from "./object-key.js";

/** A file below `tables/` that is no part of the run, and why. */
export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

/** A column that parts hold in types that no one column can be read as. */
export interface LeftOutColumn {
  readonly table: string;
  readonly column: string;
  readonly reason: string;
}

/** A part that another program wrote: where it is, and which bucket its rows must lie in. */
export interface ForeignFile {
  readonly path: ObjectKey;
  readonly bucket: number;
}

export interface AdoptRequest {
  /** Ticks per bucket of tables that do not say themselves. */
  readonly tickBucketSize: number;
  /** Whether damaged files are left aside and reported; else they are an error. */
  readonly skipDamaged: boolean;
  readonly actor?: string;
  readonly message?: string;
}

/** What was taken over. */
export interface AdoptReport {
  readonly tables: readonly {
    readonly table: string;
    readonly rows: number;
    readonly parts: number;
  }[];
  readonly skipped: readonly SkippedFile[];
  readonly leftOut: readonly LeftOutColumn[];
}

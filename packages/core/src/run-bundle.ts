/**
 * The run bundle: one file that says of a run what it holds and how it came to be. Members are those
 * of the Python original; ours are added beside them. Source: docs/format/run-bundle.md.
 */
import type { JsonObject } from "./infer-row.js";

/** Of one table; `total_rows` and `total_bytes` repeat `rows` and `bytes`. */
export interface BundledTable {
  readonly rows: number;
  readonly bytes: number;
  /** Inclusive; null in a table without ticks, or without rows. */
  readonly tick_min: number | null;
  readonly tick_max: number | null;
  /** Bucket ids, ascending. */
  readonly buckets: readonly number[];
  readonly total_rows: number;
  readonly total_bytes: number;
  readonly table_version: number;
  readonly parts: number;
}

export interface BundledArtifact {
  /** Relative to the run. */
  readonly path: string;
  readonly bytes: number;
  /** Of Parquet files that can be read. */
  readonly rows?: number;
}

/** Kinds of artifacts of the lab, each a directory below `artifacts/lab`. */
export const LAB_ARTIFACTS = ["tidy", "probes", "policy", "audit"] as const;

export type LabArtifacts = Readonly<
  Record<(typeof LAB_ARTIFACTS)[number], readonly BundledArtifact[]>
>;

/** What the program knows of itself. Members are as they stand in the file. */
export interface RunBundleFacts {
  /** ISO 8601, UTC: time of this write. */
  readonly writtenAt: string;
  readonly git: {
    readonly sha: string | null;
    readonly dirty: boolean | null;
    /** Directory that was asked. */
    readonly directory: string;
  };
  readonly env: Readonly<Record<string, string | null>>;
  readonly io: JsonObject;
  readonly meta: JsonObject;
}

export interface RunBundle {
  readonly schema_version: 1;
  readonly run: {
    readonly run_id: string;
    /** Time of the first commit; before that, of this write. */
    readonly created_at: string;
    readonly core_schema_v: {
      readonly major: number;
      readonly minor: number;
      readonly date: string;
    };
    readonly git: RunBundleFacts["git"];
    readonly written_at: string;
  };
  readonly env: RunBundleFacts["env"];
  readonly io: JsonObject;
  readonly tables: Readonly<Record<string, BundledTable>>;
  readonly artifacts: {
    readonly lab: LabArtifacts;
    readonly world: JsonObject;
    readonly mind: JsonObject;
    /** Files that are left out, and why. */
    readonly omitted: readonly { readonly path: string; readonly reason: string }[];
  };
  readonly meta: JsonObject;
  /** Version of the run that this shows. */
  readonly run_version: number;
}

/**
 * What the log says of one part: where it is, what binds its bytes, and enough about its rows to
 * skip it. Source: docs/format/commit-record.md, "Part entries".
 */
import type { ObjectKey } from "./object-key.js";
import type { Scalar } from "./predicate.js";
import type { Digest } from "./seal.js";

/**
 * Bounds of one column. `min` and `max` are absent when unknown (all null, NaN among the values, a
 * text too long, a type without order); then nothing may be concluded from them.
 */
export interface ColumnStatistics {
  readonly min?: Scalar;
  readonly max?: Scalar;
  readonly nulls: number;
}

export type StatisticsByColumn = Readonly<Record<string, ColumnStatistics>>;

/** One row group of a part, in file order. */
export interface RowGroupEntry {
  readonly rows: number;
  readonly columns: StatisticsByColumn;
}

export interface PartEntry {
  /** Relative to the run. */
  readonly path: ObjectKey;
  readonly rows: number;
  readonly bytes: number;
  readonly digest: Digest;
  readonly bucket: number;
  /** Inclusive; null in a table without a tick column. */
  readonly tickMin: number | null;
  readonly tickMax: number | null;
  readonly columns: StatisticsByColumn;
  /** Absent when there is one row group: its statistics are those of the part. */
  readonly rowGroups?: readonly RowGroupEntry[];
}

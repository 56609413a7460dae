/**
 * What the log says of one part: where it is, what binds its bytes, and enough about its rows to
 * skip it. Source: docs/format/commit-record.md, "Part entries".
 */
import type { ObjectKey } from "./object-key.js";
import type { Scalar } from "./predicate.js";
import type { Digest, Seal } from "./seal.js";

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

/**
 * Says which keys a part cannot hold. Derived from its rows: whoever has no use for it, or finds it
 * damaged, reads the part. Source: docs/format/key-filter.md.
 */
export interface KeyFilterEntry {
  /** The key columns it was made of, in the order of the table's key. */
  readonly columns: readonly string[];
  /** Hashes of keys in it, each once. */
  readonly keys: number;
  /** The filter itself, in base64, when it is small; else what seals the object beside the part. */
  readonly content: { readonly inline: string } | Seal;
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
  /** Absent when the table has no key, or the bounds of the key columns say as much. */
  readonly keyFilter?: KeyFilterEntry;
}

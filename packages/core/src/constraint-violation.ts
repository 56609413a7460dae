/** What a commit that was refused for a constraint would have broken, as data. */
import type { TableKey } from "./id-types.js";
import type { Scalar } from "./predicate.js";

/** How many rows of the referencing table name one row of the referenced table. Inclusive. */
export interface Cardinality {
  readonly min: number;
  /** Null: any number. */
  readonly max: number | null;
}

/** A constraint that the state which a commit would have produced breaks, and the keys that do. */
export interface ConstraintViolation {
  readonly kind: "unique" | "references" | "cardinality";
  /** The table that declares the constraint, and its columns. */
  readonly table: TableKey;
  readonly columns: readonly string[];
  /** Null for `unique`. */
  readonly referencedTable: TableKey | null;
  readonly cardinality: Cardinality | null;
  /** At most {@link VIOLATING_KEYS_MAX}, one value for each column; timestamps in µs since 1970. */
  readonly keys: readonly (readonly Scalar[])[];
}

/** Offending keys that an error names. */
export const VIOLATING_KEYS_MAX = 10;

/** What keeps two branches from being merged, as data. Source: docs/format/branches.md, "Merges". */
import type { ArtifactName, TableKey } from "./id-types.js";
import type { Scalar } from "./predicate.js";

/**
 * `DivergentInsert`: both made it, and differently; `DivergentUpdate`: both changed it, and differently;
 * `DeleteVsUpdate`: one deleted what the other changed;
 * `PathClash`: one has a file where the other has a directory. Either side may be chosen for these.
 *
 * `DivergentSchema`: both changed the columns of a table. The others are what the merged rows would break:
 * a reference to a row that the other branch deleted, columns that are unique, how often a row is named.
 */
export type MergeConflictKind =
  | "DivergentInsert"
  | "DivergentUpdate"
  | "DeleteVsUpdate"
  | "PathClash"
  | "DivergentSchema"
  | "OrphanedReference"
  | "UniqueViolation"
  | "CardinalityViolation";

/** Of a table or of an artifact. */
export interface MergeConflict {
  readonly kind: MergeConflictKind;
  readonly table?: TableKey;
  /** Values in the order of the key's columns. Absent of a whole table, and of one without a key. */
  readonly key?: readonly Scalar[];
  readonly artifact?: ArtifactName;
  /** Of a `PathClash`: a file of ours, where `artifact` is one of theirs. */
  readonly other?: ArtifactName;
}

/** `ours`: what the branch has that is merged into; `theirs`: what the merged one has. */
export type MergeChoice = "ours" | "theirs";

/** Conflicts that an error or a report names. */
export const MERGE_CONFLICTS_MAX = 1000;

/**
 * Histories of transactions on lists: each appends numbers that are never appended again to lists
 * under keys, and reads whole lists. From such reads alone the order of all writes of a key follows.
 * After Kingsbury and Alvaro, Elle (VLDB 2020); the words are those of its paper.
 */

/** A key names a list of one table. */
export type ListKey = string;

export type Step =
  | { readonly kind: "read"; readonly key: ListKey; readonly list: readonly number[] }
  | { readonly kind: "append"; readonly key: ListKey; readonly value: number };

export interface Transaction {
  /** In their order. */
  readonly steps: readonly Step[];
  /** When it was begun, and when its caller was told; of one history, each number once. */
  readonly began: number;
  /** Infinity: its caller was never told. */
  readonly ended: number;
  /** `unknown`: it may have committed. */
  readonly outcome: "committed" | "aborted" | "unknown";
}

export type History = readonly Transaction[];

export type AnomalyKind =
  /** An acknowledged append is in no list, though a later transaction read it. */
  | "lost-write"
  /** G1a: an append of an aborted transaction was read. */
  | "aborted-read"
  /** G1b: a list was read that its writer went on to change. */
  | "intermediate-read"
  /** What was read was never appended, or twice is in one list. */
  | "phantom-value"
  /** Two reads of a key where neither is the beginning of the other. */
  | "incompatible-order"
  /** A cycle of writes (ww). */
  | "G0"
  /** A cycle of writes and reads of them (ww, wr). */
  | "G1c"
  /** A cycle with one read of what was later overwritten (rw): read skew, lost update. */
  | "G-single"
  /** A cycle with several: write skew. */
  | "G2"
  /** The order of effects contradicts the order in time. */
  | "real-time";

export interface Anomaly {
  readonly kind: AnomalyKind;
  /** Indexes of transactions in the history; of a cycle, those on it. */
  readonly transactions: readonly number[];
  readonly why: string;
}

/**
 * The three-way merge of the rows of one key, by how often each row came or went on either side since the
 * base. Pure. Source: docs/design/merge.md, "Rows".
 */
import type { MergeConflictKind } from "@crv/core";

/** Since the base: above 0 the row came, below 0 it went. */
export interface RowCounts {
  readonly ours: number;
  readonly theirs: number;
}

export type KeyVerdict =
  /** Ours stay as they are. */
  | { readonly kind: "keep" }
  /** What they changed is done to ours as well. */
  | { readonly kind: "take" }
  | { readonly kind: "conflict"; readonly conflict: MergeConflictKind };

/** @param isContested Whether there are several bases, and they differ in this key. */
export function classifyKey(rows: readonly RowCounts[], isContested: boolean): KeyVerdict {
  if (rows.every(({ ours, theirs }) => ours === theirs)) return { kind: "keep" };
  const isOurs = rows.some(({ ours }) => ours !== 0);
  const isTheirs = rows.some(({ theirs }) => theirs !== 0);
  if (!isContested && !isTheirs) return { kind: "keep" };
  if (!isContested && !isOurs) return { kind: "take" };
  const wasThere = rows.some(({ ours, theirs }) => ours < 0 || theirs < 0);
  if (!wasThere) return { kind: "conflict", conflict: "DivergentInsert" };
  const oursGone = isOurs && !rows.some(({ ours }) => ours > 0);
  const theirsGone = isTheirs && !rows.some(({ theirs }) => theirs > 0);
  const conflict = oursGone || theirsGone ? "DeleteVsUpdate" : "DivergentUpdate";
  return { kind: "conflict", conflict };
}

/**
 * The same where a row is its own key: how many come to ours (above 0) or go. Rows that came on both sides
 * both stay. What both deleted goes once, but only if nothing else happened: a deletion might be half of a
 * change, and its other half cannot be told.
 */
export function classifyRow({ ours, theirs }: RowCounts): {
  readonly change: number;
  readonly isDeletedTwice: boolean;
} {
  if (theirs >= 0) return { change: theirs, isDeletedTwice: false };
  if (ours >= 0) return { change: theirs, isDeletedTwice: false };
  return { change: Math.min(0, theirs - ours), isDeletedTwice: true };
}

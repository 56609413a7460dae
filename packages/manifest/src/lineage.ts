/**
 * Which commits of other branches a log holds. Every log is a line, so the commits that lie before one of
 * its states are, of each branch, those up to some version: a lineage names the newest of each. Pure.
 * Source: docs/format/branches.md, "Merges".
 */
import type { BranchId, CommitPoint } from "@crv/core";

/** Newest commit of each other branch (null = main) that lies before a state. */
export type Lineage = ReadonlyMap<BranchId | null, CommitPoint>;

export const NO_LINEAGE: Lineage = new Map();

/** With `points`, of each branch the newest. At version 0 there is nothing to hold. */
export function withPoints(lineage: Lineage, points: Iterable<CommitPoint>): Lineage {
  const next = new Map(lineage);
  for (const point of points) {
    const { branchId, version } = point;
    if (version > (next.get(branchId)?.version ?? 0)) next.set(branchId, point);
  }
  return next;
}

/** Whether the commit at `point` is one of `lineage`, or lies before one. */
export function holds(lineage: Lineage, { branchId, version }: CommitPoint): boolean {
  return version <= (lineage.get(branchId)?.version ?? 0);
}

/** The points of `lineage` that `other` does not hold. */
export function pointsBeyond(lineage: Lineage, other: Lineage): readonly CommitPoint[] {
  return [...lineage.values()].filter((point) => !holds(other, point));
}

/** Of each branch that both know, the newest commit that both hold. */
export function commonPoints(a: Lineage, b: Lineage): readonly CommitPoint[] {
  return [...a.values()].flatMap((point) => {
    const other = b.get(point.branchId);
    if (other === undefined) return [];
    return [point.version <= other.version ? point : other];
  });
}

export function equalLineages(a: Lineage, b: Lineage): boolean {
  return a.size === b.size && [...a.values()].every((point) => isNewest(b, point));
}

function isNewest(lineage: Lineage, { branchId, commitId }: CommitPoint): boolean {
  return lineage.get(branchId)?.commitId === commitId;
}

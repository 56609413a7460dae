/** Whose a version is. Pure. */
import type { CommitPoint } from "@crv/core";
import { NO_REFS, type Refs } from "@crv/manifest";

/** A version that a branch has from where it was made is of the branch that it was made from. */
export function ownerOf(point: CommitPoint, refs: Refs | null): CommitPoint {
  const { branches } = refs ?? NO_REFS;
  const begins = new Map([...branches.values()].map(({ id, from }) => [id, from]));
  let { branchId } = point;
  for (;;) {
    const from = branchId === null ? undefined : begins.get(branchId);
    if (from === undefined || point.version > from.version) return { ...point, branchId };
    branchId = from.branchId;
  }
}

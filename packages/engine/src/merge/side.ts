/** The two sides of a merge, and what they have in common. Source: docs/format/branches.md, "Merges". */
import { type BranchId, type BranchName, type CommitPoint, IoError } from "@crv/core";
import {
  commonPoints,
  emptyState,
  holds,
  type Lineage,
  type RunState,
  withPoints,
} from "@crv/manifest";
import { type MainReader, openBranchLog } from "../branches/branch-log.js";
import { ownerOf } from "../branches/owner-of.js";
import type { FoundState } from "../find-state.js";

export interface MergeSide {
  readonly branch: { readonly name: BranchName; readonly id: BranchId | undefined };
  readonly state: RunState;
  /** The commit that made the rows of `state` what they are, of the branch that it is of. */
  readonly point: CommitPoint;
  /** What lies before the state, and its own commit. */
  readonly lineage: Lineage;
}

/** A state that both sides come from. */
export interface MergeBase {
  readonly point: CommitPoint;
  readonly state: RunState;
}

export async function sideOf(found: FoundState, main: MainReader): Promise<MergeSide> {
  const { branch, state } = found;
  const { version, commitId } = state;
  const own = { branchId: branch.id ?? null, version, commitId };
  const lineage = withPoints(state.lineage, [ownerOf(own, main.log.state.refs)]);
  return { branch, state, point: await lastChange(own, main), lineage };
}

/**
 * The newest commit up to `point` that changed anything but names: those that only make and delete branches
 * and tags, as a merge itself does, bring nothing to merge.
 */
async function lastChange(point: CommitPoint, main: MainReader): Promise<CommitPoint> {
  const log = await openBranchLog(main, point.branchId ?? undefined, "refuse");
  let last = point;
  while (last.version > 0) {
    const record = await log.read(last.version);
    if (record === undefined || !["refs", "recovery"].includes(record.kind)) break;
    last = { ...last, version: last.version - 1, commitId: record.parents[0] ?? null };
  }
  return ownerOf(last, main.log.state.refs);
}

/**
 * The newest states that lie before both sides: one, unless the branches were merged into each other at
 * once. The newest of them comes first.
 *
 * @throws IoError `NOT_FOUND` when such a version was cleaned up, or its branch deleted, and none of those that
 *   are there came after it.
 */
export async function findBases(
  main: MainReader,
  ours: Pick<MergeSide, "lineage">,
  theirs: Pick<MergeSide, "lineage">,
): Promise<readonly [MergeBase, ...MergeBase[]]> {
  const bases: MergeBase[] = [];
  const lost: { readonly point: CommitPoint; readonly error: IoError }[] = [];
  for (const point of commonPoints(ours.lineage, theirs.lineage)) {
    try {
      bases.push(await readBase(main, point));
    } catch (error) {
      if (!(error instanceof IoError && error.code === "NOT_FOUND")) throw error;
      lost.push({ point, error });
    }
  }
  // What lies before a base that is there is none itself.
  const needed = lost.find(({ point }) => !bases.some(({ state }) => holds(state.lineage, point)));
  if (needed) throw goneBase(needed.point, needed.error);
  const newest = bases.filter((base) => !bases.some((other) => liesBefore(base, other)));
  newest.sort((a, b) => ((a.state.createdAt ?? "") < (b.state.createdAt ?? "") ? 1 : -1));
  const [first, ...others] = newest;
  if (first) return [first, ...others];
  return [{ point: { branchId: null, version: 0, commitId: null }, state: emptyState() }];
}

async function readBase(main: MainReader, point: CommitPoint): Promise<MergeBase> {
  const log = await openBranchLog(main, point.branchId ?? undefined, "refuse");
  return { point: await lastChange(point, main), state: await log.stateOf(point) };
}

function goneBase(point: CommitPoint, cause: IoError): IoError {
  const { branchId, version } = point;
  const [gone, remedy] =
    branchId === null
      ? ["was cleaned up", "give such a version a tag before cleanup"]
      : [
          `is of branch ${branchId}, which was deleted`,
          "write what is missing into one of them by a transaction, and make the other one anew from it",
        ];
  return new IoError(
    "NOT_FOUND",
    `version ${version}, which the branches have in common, ${gone}, so what each changed since is not known: ${remedy}`,
    { details: { ...point }, cause },
  );
}

function liesBefore(base: MergeBase, other: MergeBase): boolean {
  return base !== other && holds(other.state.lineage, base.point);
}

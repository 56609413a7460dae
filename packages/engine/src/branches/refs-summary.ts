/** Branches and tags by the names that people use. Pure. */
import { type BranchName, type CommitPoint, MAIN_BRANCH } from "@crv/core";
import { branchNameOf, type Refs } from "@crv/manifest";
import type { BranchSummary, CommitPointName, RefsSummary, TagSummary } from "@crv/storage-trait";

export function summarizeRefs(refs: Refs): RefsSummary {
  const branches = [...refs.branches.keys()].sort().map((name) => summarizeBranch(refs, name));
  const tags = [...refs.tags].map(
    ([name, { createdAt, ...point }]): TagSummary => ({
      name,
      ...nameOf(refs, point),
      createdAt,
    }),
  );
  return {
    branches: [{ name: MAIN_BRANCH, createdAt: null }, ...branches],
    tags: tags.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** Requires: `refs` has the branch. */
export function summarizeBranch(refs: Refs, name: BranchName): BranchSummary {
  const branch = refs.branches.get(name);
  if (branch === undefined) return { name, createdAt: null };
  const { id, from, createdAt } = branch;
  return { name, id, from: nameOf(refs, from), createdAt };
}

/** Name of the branch that made a commit. */
export function branchNameAt(refs: Refs, { branchId }: CommitPoint): BranchName {
  if (branchId === null) return MAIN_BRANCH;
  return branchNameOf(refs, branchId) ?? MAIN_BRANCH;
}

/** A branch that is named by another, or by a tag, is never deleted. */
function nameOf(refs: Refs, point: CommitPoint): CommitPointName {
  return { branch: branchNameAt(refs, point), version: point.version };
}

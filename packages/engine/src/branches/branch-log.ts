/** The logs of branches, found through the names that main has. */
import { type BranchId, type BranchName, IoError, MAIN_BRANCH, show } from "@crv/core";
import { branchNameOf, CommitLog, type Damage, NO_REFS } from "@crv/manifest";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { branchReader } from "./branch-store.js";

/** Where names are looked up. */
export interface MainReader {
  readonly log: CommitLog;
  readonly store: ObjectReader;
}

/**
 * The id of the branch `name`, by what is known of main; undefined for main itself.
 *
 * @throws IoError `NOT_FOUND` naming the branches that there are.
 */
export function findBranch({ log }: MainReader, name: BranchName): BranchId | undefined {
  if (name === MAIN_BRANCH) return undefined;
  const { branches } = log.outline.refs ?? NO_REFS;
  const branch = branches.get(name);
  if (branch) return branch.id;
  const known = [MAIN_BRANCH, ...branches.keys()].sort();
  throw new IoError(
    "NOT_FOUND",
    `there is no branch ${show(name)}: there are ${known.join(", ")}`,
    {
      details: { branch: name, known },
    },
  );
}

/**
 * The log of the branch `id`, with those of the branches that it was made from.
 *
 * @throws IoError `NOT_FOUND` when it was deleted, or what it was made from is not there any more.
 */
export async function openBranchLog(
  main: MainReader,
  id: BranchId | undefined,
  damage: Damage,
): Promise<CommitLog> {
  if (id === undefined) return main.log;
  const refs = main.log.outline.refs ?? NO_REFS;
  const name = branchNameOf(refs, id);
  const branch = name && refs.branches.get(name);
  if (branch === undefined) {
    throw new IoError("NOT_FOUND", `branch ${id} was deleted`, { details: { branchId: id } });
  }
  const parent = await openBranchLog(main, branch.from.branchId ?? undefined, damage);
  const state = await parent.stateOf(branch.from);
  return new CommitLog(branchReader(main.store, id), damage, {
    parent,
    point: branch.from,
    state,
  });
}

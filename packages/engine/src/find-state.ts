/** The state that a target names. Costs a checkpoint and the records after it, whatever the target. */
import {
  type BranchId,
  type BranchName,
  type CommitPoint,
  IoError,
  MAIN_BRANCH,
  show,
  type TagName,
} from "@crv/core";
import { branchNameOf, type CommitLog, NO_REFS, type RunState } from "@crv/manifest";
import type { SnapshotTarget } from "@crv/storage-trait";
import { findBranch, openBranchLog } from "./branches/branch-log.js";
import { ownerOf } from "./branches/owner-of.js";
import type { ReaderContext } from "./engine-context.js";

/** Where a target is looked for. */
type Place = Pick<ReaderContext, "log" | "branch" | "main">;

/** A state, and the branch that it is of. */
export interface FoundState {
  readonly branch: { readonly name: BranchName; readonly id: BranchId | undefined };
  readonly state: RunState;
}

/** @throws IoError `NOT_FOUND` when there is no such version, name or operation, or it was cleaned up. */
export async function findState(context: Place, at: SnapshotTarget): Promise<FoundState> {
  if ("name" in at) return findNamed(context, at.name);
  const name = at.branch ?? context.branch.name;
  const { log, branch } = await findLog(context, name);
  return { branch, state: await stateIn(log, at) };
}

/** The commit that a target names, as records and names of branches and tags hold it: with whose it is. */
export async function findPoint(context: Place, at: SnapshotTarget): Promise<CommitPoint> {
  const { branch, state } = await findState(context, at);
  const { version, commitId } = state;
  const { refs } = await context.main.log.refresh();
  return ownerOf({ branchId: branch.id ?? null, version, commitId }, refs);
}

async function stateIn(
  log: CommitLog,
  at: Exclude<SnapshotTarget, { readonly name: string }>,
): Promise<RunState> {
  if ("version" in at && at.version !== undefined) return log.stateAt(at.version);
  if ("operationId" in at) {
    const state = await log.refresh();
    const entry = state.ledger.says(at.operationId, state.version);
    if (entry?.kind === "landed") return log.stateAt(entry.version);
    throw new IoError("NOT_FOUND", `no commit carries operation ${at.operationId}`, {
      details: { operationId: at.operationId },
    });
  }
  if ("asOf" in at) return log.stateAt(await log.versionAsOf(at.asOf));
  return log.refresh();
}

async function findLog({ log, branch, main }: Place, name: BranchName) {
  if (name === branch.name) return { log, branch };
  if (name !== MAIN_BRANCH) await main.log.refresh();
  const id = findBranch(main, name);
  return { log: await openBranchLog(main, id, "refuse"), branch: { name, id } };
}

async function findNamed(context: Place, name: string): Promise<FoundState> {
  const { main } = context;
  const refs = (await main.log.refresh()).refs ?? NO_REFS;
  const tag = refs.tags.get(name as TagName);
  if (tag !== undefined) {
    const id = tag.branchId ?? undefined;
    const branch = (id && branchNameOf(refs, id)) ?? MAIN_BRANCH;
    const log = await openBranchLog(main, id, "refuse");
    return { branch: { name: branch, id }, state: await log.stateOf(tag) };
  }
  if (name === MAIN_BRANCH || refs.branches.has(name as BranchName)) {
    return findState(context, { branch: name as BranchName });
  }
  const known = [MAIN_BRANCH, ...refs.branches.keys(), ...refs.tags.keys()].sort();
  throw new IoError(
    "NOT_FOUND",
    `there is no branch or tag ${show(name)}: there are ${known.join(", ")}`,
    { details: { name, known } },
  );
}

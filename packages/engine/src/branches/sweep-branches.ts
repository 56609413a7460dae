/**
 * The sweep at open of the other branches: what dead writers left in them is settled as well. A branch
 * without sidecars costs a look into a directory.
 */
import { type BranchName, CrvError, MAIN_BRANCH } from "@crv/core";
import { NO_REFS } from "@crv/manifest";
import { listOperations, type SweepReport, sweep } from "@crv/recovery";
import type { EngineContext } from "../engine-context.js";
import { branchStore } from "./branch-store.js";

/** What a branch is recovered with; undefined = it was deleted meanwhile. */
export type OpenScope = (name: BranchName) => Promise<Parameters<typeof sweep>[0] | undefined>;

/**
 * What contradicts the log of another branch is told when that one is opened: it must not keep this
 * one from being.
 */
export async function sweepOthers(
  { main, branch }: Pick<EngineContext, "main" | "branch">,
  openScope: OpenScope,
): Promise<readonly SweepReport[]> {
  const { branches } = main.log.outline.refs ?? NO_REFS;
  const reports: SweepReport[] = [];
  for (const name of [MAIN_BRANCH, ...branches.keys()]) {
    if (name === branch.name) continue;
    const id = branches.get(name)?.id;
    const store = id === undefined ? main.store : branchStore(main.store, id);
    try {
      if ((await listOperations(store)).length === 0) continue;
      const context = await openScope(name);
      if (context) reports.push(await sweep(context, { views: false }));
    } catch (error) {
      const isOfBranch = error instanceof CrvError && error.code !== "IO";
      if (!isOfBranch) throw error;
    }
  }
  return reports;
}

export function joinReports(reports: readonly SweepReport[]): SweepReport {
  return {
    rolledForward: reports.flatMap((report) => report.rolledForward),
    rolledBack: reports.flatMap((report) => report.rolledBack),
    left: reports.flatMap((report) => report.left),
  };
}

/**
 * What branches and tags keep from cleanup, besides the versions that main keeps: a branch all that any
 * of its versions names, the version that it was made from and the newest one of main that it merged
 * included; a tag its version.
 */
import { IoError } from "@crv/core";
import { type CommitLog, NO_REFS, pinnedPoints, type RunState } from "@crv/manifest";
import { openBranchLog } from "../branches/branch-log.js";
import type { EngineContext } from "../engine-context.js";

export interface Named {
  /** Each holds whole tables. */
  readonly states: AsyncIterable<RunState>;
  /** Logs of the living branches, each to be read from where it begins. */
  readonly logs: readonly CommitLog[];
}

/** To be asked once main's log was read after the sidecars of all branches (rule `listfirst`). */
export async function keptByNames({ main }: EngineContext): Promise<Named> {
  const refs = main.log.state.refs ?? NO_REFS;
  const logs = new Map<string | null, CommitLog>([[null, main.log]]);
  for (const { id } of refs.branches.values()) {
    const log = await openBranchLog(main, id, "refuse").catch(noneIfGone);
    await log?.refresh();
    if (log) logs.set(id, log);
  }
  async function* states(): AsyncGenerator<RunState> {
    const held = [...logs.values()].flatMap(({ state }) => state.lineage.get(null) ?? []);
    for (const point of [...pinnedPoints(refs), ...held]) {
      const state = await logs.get(point.branchId)?.stateOf(point).catch(noneIfGone);
      if (state) yield state;
    }
  }
  return { states: states(), logs: [...logs].flatMap(([id, log]) => (id === null ? [] : [log])) };
}

/** The version was cleaned up before it was named: whoever named it withdraws, or has died. */
function noneIfGone(error: unknown): undefined {
  if (error instanceof IoError && error.code === "NOT_FOUND") return undefined;
  throw error;
}

/** What is to be done about records that cannot be trusted. Pure. */
import {
  type BranchId,
  type CommitPoint,
  formatBranchKey,
  formatRecordKey,
  HEAD_HINT_KEY,
  MAIN_BRANCH,
  type ObjectKey,
  type Version,
} from "@crv/core";
import { NO_REFS, type RunState } from "@crv/manifest";
import type { VerifyProblem } from "../verify/problem.js";
import type { LogFacts } from "./log-facts.js";
import type { RepairAct, Unrepaired } from "./repair-act.js";

export const RESTORE = "restore the file, or the run, from a backup";

/** After the newest sound version: the records go, and what leans on them. */
export function planEnd(facts: LogFacts, main: RunState): readonly RepairAct[] {
  const { branch, branchId, state, beyond } = facts;
  if (state === undefined) return [];
  const { version: last } = state;
  const lost = `nothing that is not lost already: the log ends at version ${last}`;
  const tables = new Set([...state.tables.keys()].map((table) => `tables/${table}/manifest.json`));
  const views = beyond.views.map((path): RepairAct => {
    const isKept = tables.has(path);
    const does = isKept ? "it is published anew" : "it shows a table that the log does not have";
    return { kind: isKept ? "publish-view" : "set-aside", branch, paths: [path], does, lost };
  });
  const others = [
    ...beyond.checkpoints.map((path) => [path, "it is of a version that is lost"] as const),
    ...beyond.sidecars.map(
      (path) => [path, "its operation goes on from a version that is lost"] as const,
    ),
  ].map(([path, does]): RepairAct => ({ kind: "set-aside", branch, paths: [path], does, lost }));
  const { records } = beyond;
  if (records.length === 0) return [...views, ...others];
  const first = last + 1;
  const end: RepairAct = {
    kind: "end-log",
    branch,
    version: last,
    // The newest first: what a crash leaves is the same log, cut off later.
    paths: [...records].reverse().map((version) => ofRun(facts, formatRecordKey(version))),
    does: `version ${last} is the newest one again`,
    lost: [
      `${spanOf(first, records.at(-1) as Version)}, with all that was committed, aborted or named by it`,
      // Those of main's are named by the records themselves.
      ...namesBetween(main, branchId ?? null, first, Number.POSITIVE_INFINITY).map(
        (name) => `${name}, which begins there: delete it`,
      ),
    ].join("; "),
  };
  return [...views, ...others, end];
}

/**
 * Damaged records that a later checkpoint stands in for: only reading back is lost.
 *
 * @param logs Of main and of every branch that can be read.
 */
export function planHistory(
  facts: LogFacts,
  damaged: readonly VerifyProblem[],
  covered: Version | undefined,
  main: RunState,
  logs: readonly LogFacts[],
): { readonly acts: readonly RepairAct[]; readonly unrepaired: readonly Unrepaired[] } {
  const { branch, floor, hint } = facts;
  const versions = damaged.map(({ version = 0 }) => version);
  const last = Math.max(...versions);
  if (branch !== MAIN_BRANCH || covered === undefined) {
    const remedy =
      branch === MAIN_BRANCH
        ? RESTORE
        : `${RESTORE}; or make a branch from the newest version of ${branch}, and delete ${branch}`;
    return { acts: [], unrepaired: damaged.map((problem) => ({ problem, remedy })) };
  }
  const first = Math.min(...versions);
  const needing = [
    ...new Set([
      ...namesBetween(main, null, first, covered - 1),
      ...holdersBetween(main, logs, first, covered - 1),
    ]),
  ];
  if (needing.length > 0) {
    const remedy = `${RESTORE}; or delete ${needing.join(", ")}, whose versions are lost with it, and repair again`;
    return { acts: [], unrepaired: damaged.map((problem) => ({ problem, remedy })) };
  }
  const hinting: RepairAct = {
    kind: "set-aside",
    branch,
    paths: [ofRun(facts, HEAD_HINT_KEY)],
    does: "it leads to a checkpoint before the damage",
    lost: "nothing",
  };
  const raise: RepairAct = {
    kind: "raise-floor",
    branch,
    version: covered + 1,
    paths: damaged.map(({ path }) => path),
    does: `version ${covered + 1} is the oldest one that is kept`,
    lost: `${spanOf(floor, covered)} can no longer be read, but for what branches and tags keep`,
  };
  return { acts: [...(hint !== undefined && hint < last ? [hinting] : []), raise], unrepaired: [] };
}

/** Branches and tags of these versions, both inclusive, of main (null) or a branch. */
function namesBetween(
  { refs }: RunState,
  branchId: BranchId | null,
  first: Version,
  last: Version,
): readonly string[] {
  const { branches, tags } = refs ?? NO_REFS;
  const points: readonly (readonly [string, CommitPoint])[] = [
    ...[...branches].map(([name, { from }]) => [name, from] as const),
    ...tags,
  ];
  return points
    .filter(([, at]) => at.branchId === branchId && at.version >= first && at.version <= last)
    .map(([name]) => name);
}

/**
 * Branches whose newest version of main is one of these, both inclusive: by where they begin, or by a merge,
 * and the next merge begins there. One whose log cannot be read may hold any.
 */
function holdersBetween(
  { refs }: RunState,
  logs: readonly LogFacts[],
  first: Version,
  last: Version,
): readonly string[] {
  const { branches } = refs ?? NO_REFS;
  return [...branches.keys()].filter((name) => {
    const state = logs.find(({ branch }) => branch === name)?.state;
    if (state === undefined) return true;
    const { version } = state.lineage.get(null) ?? { version: 0 };
    return version >= first && version <= last;
  });
}

function spanOf(first: Version, last: Version): string {
  return first === last ? `version ${first}` : `versions ${first} to ${last}`;
}

function ofRun({ branchId }: LogFacts, key: ObjectKey): ObjectKey {
  return branchId === undefined ? key : formatBranchKey(branchId, key);
}

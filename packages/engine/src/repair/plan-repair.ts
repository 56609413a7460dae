/** What is to be done about each problem that verification found. Pure. Source: docs/repair.md. */
import {
  CrvError,
  formatBranchKey,
  HEAD_HINT_KEY,
  MAIN_BRANCH,
  type ObjectKey,
  parseBranchKey,
  parseCheckpointKey,
  type Version,
} from "@crv/core";
import type { VerifyProblem } from "../verify/problem.js";
import type { LogFacts } from "./log-facts.js";
import { planEnd, planHistory, RESTORE } from "./plan-log.js";
import type { RepairAct, RepairPlan, Unrepaired } from "./repair-act.js";

const NOTHING = "nothing";

/**
 * @param logs Main first.
 * @param coveredBy Of each log with damaged records at or below its newest sound version: the oldest
 *   sound checkpoint at or after them.
 */
export function planRepair(
  problems: readonly VerifyProblem[],
  logs: readonly LogFacts[],
  coveredBy: ReadonlyMap<LogFacts, Version | undefined>,
): RepairPlan {
  const acts: RepairAct[] = [];
  const unrepaired: Unrepaired[] = [];
  const main = logs[0]?.state;
  if (main === undefined) {
    return { acts, unrepaired: problems.map((problem) => ({ problem, remedy: RESTORE })) };
  }
  for (const facts of logs) acts.push(...planEnd(facts, main));
  const planned = new Set<ObjectKey>(acts.flatMap(({ paths }) => paths));
  const open = problems.filter(({ path }) => !planned.has(path));
  for (const facts of logs) {
    const history = damagedHistory(open, facts);
    if (history.length === 0) continue;
    const plan = planHistory(facts, history, coveredBy.get(facts), main, logs);
    acts.push(...plan.acts);
    unrepaired.push(...plan.unrepaired);
  }
  for (const problem of open) {
    if (problem.file === "record") {
      const facts = logOf(problem, logs);
      const isHistory = facts && damagedHistory([problem], facts).length > 0;
      // A hole at the end is closed when the records after it go.
      const isEnd = facts?.state !== undefined && !isHistory;
      if (!isHistory && !isEnd) unrepaired.push({ problem, remedy: RESTORE });
      continue;
    }
    const plan = planFile(problem, problems, logs);
    if ("remedy" in plan) unrepaired.push(plan);
    else acts.push(...plan.acts);
  }
  return { acts: withoutRepeated(acts), unrepaired };
}

/** Damaged records at or below the newest sound version of their log. */
export function damagedHistory(
  problems: readonly VerifyProblem[],
  facts: LogFacts,
): readonly VerifyProblem[] {
  return problems.filter(
    (problem) =>
      problem.file === "record" &&
      isOf(problem, facts) &&
      (problem.version ?? Number.POSITIVE_INFINITY) <= (facts.state?.version ?? -1),
  );
}

type FilePlan = { readonly acts: readonly RepairAct[] } | Unrepaired;

function planFile(
  problem: VerifyProblem,
  all: readonly VerifyProblem[],
  logs: readonly LogFacts[],
): FilePlan {
  const { path, version } = problem;
  const facts = logOf(problem, logs);
  // Of a branch whose beginning is lost.
  if (facts === undefined) return { problem, remedy: RESTORE };
  const { branch } = facts;
  const act = (
    kind: RepairAct["kind"],
    does: string,
    lost: string,
    more: Partial<RepairAct> = {},
  ): FilePlan => ({ acts: [{ kind, branch, paths: [path], does, lost, ...more }] });
  switch (problem.file) {
    case "checkpoint":
      return planCheckpoint(problem, all, facts);
    case "segment":
      return act("set-aside", "checkpoints that name it are bypassed", NOTHING);
    case "hint":
      return act("set-aside", "the next checkpoint writes it anew", NOTHING);
    case "view":
      return act("publish-view", "it is published anew from the log", NOTHING, {
        ...(problem.artifact && { artifact: problem.artifact }),
      });
    case "key-filter":
      return act("rebuild-key-filter", "it is computed from its part", NOTHING);
    case "sidecar":
      return act(
        "recover",
        "its operation is rolled back by its name, unless it is committed",
        "its parts stay until cleanup",
      );
    case "lease":
      return act("set-aside", "nothing is held by it", "a reader may lose the version it reads");
    case "session":
      return act("set-aside", "it is a note for people", NOTHING);
    case "info":
      return act(
        "set-aside",
        "parameters and labels are those of the revision before",
        "what this revision changed",
      );
    case "foreign":
      return act("set-aside", "it is out of the way", NOTHING);
    case "floor":
      return {
        problem,
        remedy: `nothing needs to be done: it is read by its name alone${version === facts.floor ? ", and goes with the cleanup that raises the floor" : ""}`,
      };
    case "part":
      return planPart(problem, logs);
    case "member":
      return planMember(problem, logs);
    case "record":
      throw new Error("records are planned with their log");
  }
}

function planCheckpoint(
  problem: VerifyProblem,
  all: readonly VerifyProblem[],
  { branch, branchId, floor, state, hint }: LogFacts,
): FilePlan {
  const { path, version = 0, kind } = problem;
  if (state === undefined || kind === "missing") return { problem, remedy: RESTORE };
  if (version < floor - 1) {
    return {
      problem,
      remedy: `${RESTORE}; or delete the branch or tag that needs version ${version}`,
    };
  }
  const base = { branch, paths: [path], lost: NOTHING } as const;
  if (version >= floor) {
    const hinting =
      branchId === undefined ? HEAD_HINT_KEY : formatBranchKey(branchId, HEAD_HINT_KEY);
    return {
      acts: [
        { ...base, kind: "set-aside", does: "the log says what it said" },
        ...(hint === version
          ? [
              {
                ...base,
                kind: "set-aside",
                paths: [hinting],
                does: "it names that checkpoint",
              } as const,
            ]
          : []),
      ],
    };
  }
  const isLast = all.some(
    (p) => p.file === "checkpoint" && p.version === version && p.kind === "missing",
  );
  if (isLast) return { problem, remedy: RESTORE };
  return parseCheckpointKey(path) === undefined
    ? { acts: [{ ...base, kind: "set-aside", does: "the whole checkpoint says what it said" }] }
    : { acts: [{ ...base, kind: "rewrite-checkpoint", does: "it is written anew", version }] };
}

function planPart(problem: VerifyProblem, logs: readonly LogFacts[]): FilePlan {
  const { path, table, rows = 0, kind } = problem;
  if (kind === "contradicts") {
    return {
      problem,
      remedy:
        "its rows can be read, but filters and ticks may pass them by: write them anew, with an overwrite of the table by its own rows",
    };
  }
  const live = logs.filter(({ state }) => table && state?.tables.get(table)?.parts.has(path));
  if (live.length === 0) {
    return {
      problem,
      remedy: `only older versions name it: ${RESTORE}, or remove these versions with "crv cleanup"`,
    };
  }
  return {
    acts: live.map(
      ({ branch }): RepairAct => ({
        kind: "remove-part",
        branch,
        paths: [path],
        does: "a commit takes it out of the table; older versions still name it",
        lost: `${rows} rows of ${table}`,
        ...(table && { table }),
        rows,
      }),
    ),
  };
}

function planMember(problem: VerifyProblem, logs: readonly LogFacts[]): FilePlan {
  const { path, artifact } = problem;
  const live = logs.filter(({ state }) => {
    const found = artifact && state?.artifacts.at(artifact, state.version);
    return found?.members.some((member) => member.path === path);
  });
  if (live.length === 0) {
    return { problem, remedy: `only older versions name it: ${RESTORE}` };
  }
  return {
    acts: live.map(
      ({ branch }): RepairAct => ({
        kind: "remove-artifact",
        branch,
        paths: [path],
        does: "a commit removes the artifact; older versions still name it",
        lost: `${artifact}, all of it`,
        ...(artifact && { artifact }),
      }),
    ),
  };
}

/** The log whose own file it is; of files of the run that of main. */
function logOf(problem: VerifyProblem, logs: readonly LogFacts[]): LogFacts | undefined {
  return logs.find((facts) => isOf(problem, facts));
}

function isOf({ path }: VerifyProblem, { branch, branchId }: LogFacts): boolean {
  const of = branchOf(path);
  return of === undefined ? branch === MAIN_BRANCH : of === branchId;
}

function branchOf(path: ObjectKey): string | undefined {
  try {
    return parseBranchKey(path)?.branch;
  } catch (error) {
    if (error instanceof CrvError) return undefined;
    throw error;
  }
}

/** A file may have problems of several kinds. */
function withoutRepeated(acts: readonly RepairAct[]): readonly RepairAct[] {
  const seen = new Set<string>();
  return acts.filter(({ kind, branch, paths, artifact }) => {
    const what = kind === "remove-artifact" ? artifact : paths;
    const name = [kind, branch, what].join(" ");
    return seen.size !== seen.add(name).size;
  });
}

/** What a repair would do, or did: as a table, and as a document. */
import type { RepairAct, RepairReport, Unrepaired } from "crv";
import { formatCount } from "./figures.js";
import { textTable } from "./text-table.js";

export function formatRepair(report: RepairReport): string {
  const { applied, acts, unrepaired, problemCount, problemsLeft, quarantine } = report;
  if (problemCount === 0 && acts.length === 0) return "no problem found\n";
  const lines = [
    ...(acts.length > 0
      ? [textTable(columns("act", "path", "what it does", "what is lost"), acts.map(rowOfAct))]
      : []),
    ...(unrepaired.length > 0
      ? [textTable(columns("left", "path", "problem", "what helps"), unrepaired.map(rowOfLeft))]
      : []),
  ];
  const kept = quarantine === undefined ? "" : `; damaged files are in ${quarantine}`;
  const sum = applied
    ? `${formatCount(acts.length)} done, ${formatCount(problemsLeft)} problems left${kept}\n`
    : `${formatCount(problemCount)} problems; nothing was changed${acts.length > 0 ? ": add --yes to do it" : ""}\n`;
  return [...lines, sum].join("");
}

export function describeRepair(runId: string, report: RepairReport): object {
  const { applied, acts, unrepaired, problemCount, problemsLeft, quarantine } = report;
  return {
    run_id: runId,
    applied,
    problem_count: problemCount,
    problems_left: problemsLeft,
    quarantine: quarantine ?? null,
    acts: acts.map(describeAct),
    unrepaired: unrepaired.map(({ problem: { file, kind, path, detail }, remedy }) => ({
      file,
      kind,
      path,
      detail,
      remedy,
    })),
  };
}

function describeAct(act: RepairAct): object {
  const { kind, branch, paths, does, lost, table = null, rows = null, version = null } = act;
  return { kind, branch, paths, does, lost, table, artifact: act.artifact ?? null, rows, version };
}

function rowOfAct({ kind, paths, does, lost }: RepairAct): readonly string[] {
  const [first = "", ...others] = paths;
  const more = others.length === 0 ? "" : ` and ${formatCount(others.length)} more`;
  return [kind, `${first}${more}`, does, lost];
}

function rowOfLeft({ problem: { file, kind, path }, remedy }: Unrepaired): readonly string[] {
  return [file, path, kind, remedy];
}

function columns(...names: readonly string[]) {
  return names.map((name) => ({ name }));
}

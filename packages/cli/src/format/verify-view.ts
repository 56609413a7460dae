/** What a verification found: as a table, and as a document. */
import type { VerifyProblem, VerifyReport } from "crv";
import { formatBytes, formatCount } from "./figures.js";
import { textTable } from "./text-table.js";

export function formatVerification(report: VerifyReport): string {
  const { problems, problemCount, checked, deep, version, floor, unreferenced } = report;
  const looked = [
    `versions ${floor} to ${version}`,
    `${formatCount(checked.parts)} parts`,
    `${formatBytes(checked.bytes)}${deep ? " read" : ""}`,
    ...(unreferenced && unreferenced.files > 0
      ? [`${formatCount(unreferenced.files)} files that no version names`]
      : []),
  ].join(", ");
  if (problemCount === 0) return `${deep ? "deep" : "quick"}: no problem found (${looked})\n`;
  const more = problemCount - problems.length;
  return [
    textTable(
      ["file", "problem", "path", "detail"].map((name) => ({ name })),
      problems.map(({ file, kind, path, detail }) => [file, kind, path, detail]),
    ),
    `${formatCount(problemCount)} ${problemCount === 1 ? "problem" : "problems"}${more > 0 ? `, the first ${formatCount(problems.length)} shown` : ""} (${looked})\n`,
  ].join("");
}

export function describeVerification(runId: string, report: VerifyReport): object {
  const { checked } = report;
  return {
    run_id: runId,
    deep: report.deep,
    version: report.version,
    floor: report.floor,
    problem_count: report.problemCount,
    problems: report.problems.map(describeProblem),
    checked: {
      records: checked.records,
      checkpoints: checked.checkpoints,
      parts: checked.parts,
      key_filters: checked.keyFilters,
      members: checked.members,
      views: checked.views,
      sidecars: checked.sidecars,
      rows: checked.rows,
      bytes: checked.bytes,
    },
    unreferenced: report.unreferenced ?? null,
  };
}

function describeProblem(problem: VerifyProblem): object {
  const { file, kind, path, detail, version = null, table = null, rows = null } = problem;
  return { file, kind, path, detail, version, table, rows };
}

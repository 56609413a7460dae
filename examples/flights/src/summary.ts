/** The figures that the job ends with. Pure: numbers in, lines out. */
import Table from "cli-table3";
import { PHASES, type Phase } from "./kill-point.js";
import type { Proof } from "./proof.js";
import type { ReplayProgress } from "./replay.js";

/** Wall times of the job's steps, in milliseconds. */
export interface StepTimes {
  readonly replayMs: number;
  readonly recoveryMs: number;
  readonly proofMs: number;
}

const PHASE_WORDS: Record<Phase, string> = {
  sidecar: "A  sidecar",
  parts: "B  parts, durable",
  publish: "C  publish the record",
  views: "D  views",
  done: "   hand back the result",
};

export function formatProof({ checks }: Proof): string {
  return formatRows(
    checks.map(({ ok, what, found }) => [ok ? "ok" : "FAILED", what, found]),
    [],
  );
}

/** @param processes The last report of each replay process. */
export function formatSummary(
  processes: readonly ReplayProgress[],
  proof: Proof,
  times: StepTimes,
): string {
  const sum = (value: (progress: ReplayProgress) => number) =>
    processes.reduce((total, progress) => total + value(progress), 0);
  const rows = sum((progress) => progress.rows);
  const committingMs = sum((progress) => progress.committingMs);
  const commits = sum((progress) => progress.commits);
  return formatRows([
    ["rows of both tables", whole(rows), ""],
    ["commits of the replay", whole(commits), `${(committingMs / commits).toFixed(1)} ms each`],
    ["rows per second", whole((rows / committingMs) * 1000), "while committing"],
    ["bytes", whole(proof.bytes), `in ${whole(proof.parts)} parts`],
    ["reading the input", seconds(sum((progress) => progress.readingMs)), ""],
    ["committing", seconds(committingMs), "of which"],
    ...PHASES.map((phase) => [
      `  ${PHASE_WORDS[phase]}`,
      seconds(sum((progress) => progress.phases[phase])),
      "",
    ]),
    ["replay, both processes", seconds(times.replayMs), "start-up included"],
    ["recovery", seconds(times.recoveryMs), "open to close"],
    ["proof", seconds(times.proofMs), "with hyparquet"],
  ]);
}

const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "  ",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

function formatRows(
  rows: readonly (readonly string[])[],
  colAligns: readonly ("left" | "right")[] = ["left", "right"],
): string {
  const style = { border: [], "padding-left": 0, "padding-right": 0 };
  const table = new Table({ chars: NO_LINES, colAligns: [...colAligns], style });
  table.push(...rows.map((row) => [...row]));
  return table.toString().replaceAll(/ +$/gm, "");
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

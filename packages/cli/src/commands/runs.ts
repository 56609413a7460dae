/** `crv runs`: the runs of the store. */

import { Option } from "commander";
import {
  type ListedStatus,
  openStore,
  type RunSummary,
  type RunsOptions,
  type UnreadableRun,
} from "crv";
import { type CommandContext, writeResult } from "../context.js";
import { formatBytes, formatCount } from "../format/figures.js";
import { jsonText } from "../format/json-text.js";
import { textTable } from "../format/text-table.js";
import type { AddCommand } from "./add-command.js";

/** Of the column of parameters; `--json` shows all of them. */
const PARAMETERS_CHARS_MAX = 60;

const STATUSES = [
  "running",
  "finished",
  "crashed",
  "unknown",
  "foreign",
] as const satisfies ListedStatus[];

export const addRunsCommand: AddCommand = (command, contextOf) => {
  command
    .option("--label <text>", "only runs with this label")
    .addOption(new Option("--status <status>", "only runs of this status").choices(STATUSES))
    .action(async (options: RunsOptions) => listRuns(contextOf(), options));
};

async function listRuns(context: CommandContext, options: RunsOptions): Promise<void> {
  const store = await openStore(context.root);
  const runs = await store.runs(options);
  for (const run of runs) {
    if ("error" in run || run.damagedAt === null) continue;
    context.terminal.note(
      `record ${run.damagedAt} of run ${run.runId} is damaged: what is shown is version ${run.version}, the newest sound one; "crv verify ${run.runId}" says more`,
    );
  }
  await writeResult(context, runs.map(runDocument), () =>
    textTable(
      [
        { name: "run" },
        { name: "status" },
        { name: "version", align: "right" },
        { name: "tables", align: "right" },
        { name: "rows", align: "right" },
        { name: "size", align: "right" },
        { name: "last commit" },
        { name: "labels" },
        { name: "parameters" },
      ],
      runs.map(runCells),
    ),
  );
}

function runCells(run: RunSummary | UnreadableRun): string[] {
  if ("error" in run) {
    return [run.runId, `unreadable: ${run.error.message}`, "", "", "", "", "", "", ""];
  }
  return [
    run.runId,
    run.status,
    formatCount(run.version),
    formatCount(run.tables),
    formatCount(run.rows),
    formatBytes(run.bytes),
    run.updatedAt ?? "",
    run.labels.join(", "),
    shortened(Object.keys(run.parameters).length === 0 ? "" : jsonText(run.parameters)),
  ];
}

function shortened(text: string): string {
  return text.length <= PARAMETERS_CHARS_MAX ? text : `${text.slice(0, PARAMETERS_CHARS_MAX - 1)}…`;
}

function runDocument(run: RunSummary | UnreadableRun): Record<string, unknown> {
  if ("error" in run) return { run_id: run.runId, error: run.error.message };
  const { runId, createdAt, updatedAt, damagedAt, ...others } = run;
  return {
    run_id: runId,
    ...others,
    damaged_at: damagedAt,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

/** `crv runs`: the runs of the store. */
import type { Command } from "commander";
import { openStore, type RunSummary, type UnreadableRun } from "crv";
import { type CommandContext, writeResult } from "../context.js";
import { formatBytes, formatCount } from "../format/figures.js";
import { textTable } from "../format/text-table.js";

export function addRunsCommand(
  program: Command,
  contextOf: (command: Command) => CommandContext,
): void {
  program
    .command("runs")
    .description("list the runs of the store")
    .action(async (_options, command: Command) => listRuns(contextOf(command)));
}

async function listRuns(context: CommandContext): Promise<void> {
  const store = await openStore(context.root);
  const runs = await store.runs();
  await writeResult(context, runs.map(runDocument), () =>
    textTable(
      [
        { name: "run" },
        { name: "version", align: "right" },
        { name: "tables", align: "right" },
        { name: "rows", align: "right" },
        { name: "size", align: "right" },
        { name: "last commit" },
      ],
      runs.map(runCells),
    ),
  );
}

function runCells(run: RunSummary | UnreadableRun): string[] {
  if ("error" in run) return [run.runId, "", "", "", "", `unreadable: ${run.error.message}`];
  return [
    run.runId,
    formatCount(run.version),
    formatCount(run.tables),
    formatCount(run.rows),
    formatBytes(run.bytes),
    run.updatedAt ?? "",
  ];
}

function runDocument(run: RunSummary | UnreadableRun): Record<string, unknown> {
  if ("error" in run) return { run_id: run.runId, error: run.error.message };
  const { runId, updatedAt, ...figures } = run;
  return { run_id: runId, ...figures, updated_at: updatedAt };
}

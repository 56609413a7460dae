/** `crv show`: a run's version and tables; with `--recovery`, what recovery has done to it. */
import type { Command } from "commander";
import { type CommitRecord, describeRecord, type TableSummary } from "crv";
import { type CommandContext, openForReading, writeResult } from "../context.js";
import { recoveryRows } from "../format/commit-view.js";
import { formatBytes, formatCount, formatTicks } from "../format/figures.js";
import { textTable } from "../format/text-table.js";

interface ShowOptions {
  readonly recovery: boolean;
}

export function addShowCommand(
  program: Command,
  contextOf: (command: Command) => CommandContext,
): void {
  program
    .command("show")
    .description("show the version and the tables of a run")
    .argument("<run>", "run id")
    .option("--recovery", "also what recovery has rolled forward or back", false)
    .action(async (runId: string, { recovery }: ShowOptions, command: Command) =>
      showRun(contextOf(command), runId, { recovery }),
    );
}

async function showRun(
  context: CommandContext,
  runId: string,
  { recovery }: ShowOptions,
): Promise<void> {
  await using run = await openForReading(context, runId);
  const tables = await run.tables();
  const recoveries = recovery ? (await run.log()).filter((record) => record.recovery) : [];
  const document = {
    run_id: run.runId,
    version: run.version,
    tables: tables.map(tableDocument),
    ...(recovery && { recovery: recoveries.map(describeRecord) }),
  };
  await writeResult(context, document, () =>
    [
      `run ${run.runId}, version ${run.version}\n`,
      tables.length === 0 ? "no tables\n" : formatTables(tables),
      ...(recovery ? [formatRecoveries(recoveries)] : []),
    ].join("\n"),
  );
}

function formatTables(tables: readonly TableSummary[]): string {
  return textTable(
    [
      { name: "table" },
      { name: "version", align: "right" },
      { name: "rows", align: "right" },
      { name: "buckets", align: "right" },
      { name: "parts", align: "right" },
      { name: "size", align: "right" },
      { name: "ticks", align: "right" },
    ],
    tables.map(({ table, version, rows, buckets, parts, bytes, tickMin, tickMax }) => [
      table,
      formatCount(version),
      formatCount(rows),
      formatCount(buckets),
      formatCount(parts),
      formatBytes(bytes),
      formatTicks(tickMin, tickMax),
    ]),
  );
}

function formatRecoveries(recoveries: readonly CommitRecord[]): string {
  if (recoveries.length === 0) return "recovery: none was needed\n";
  const columns = ["version", "time", "what", "operation", "of", "tables"];
  return textTable(
    columns.map((name) => ({ name })),
    recoveryRows(recoveries),
  );
}

function tableDocument({ tickMin, tickMax, ...summary }: TableSummary) {
  return { ...summary, tick_min: tickMin, tick_max: tickMax };
}

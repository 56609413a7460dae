/** `crv show`: a run's version and tables; with `--recovery`, what recovery would do and has done. */

import { describeRecord, RECOVERY_ACTOR, type Run, type TableSummary } from "crv";
import { type CommandContext, openForReading, writeResult } from "../context.js";
import { formatBytes, formatCount, formatTicks } from "../format/figures.js";
import { describePending, formatPending, formatRecoveries } from "../format/recovery-view.js";
import { textTable } from "../format/text-table.js";
import type { AddCommand } from "./add-command.js";
import { AT, BRANCH } from "./arguments.js";

/** Past recoveries that are shown; `crv log` lists the others. */
const RECOVERIES_MAX = 20;

interface ShowOptions {
  readonly branch?: string;
  readonly at?: string;
  readonly recovery: boolean;
}

export const addShowCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .option("--branch <name>", BRANCH)
    .option("--at <version>", `as of ${AT}`)
    .option("--recovery", "also what recovery would do, and has done", false)
    .action(async (runId: string, options: ShowOptions) => showRun(contextOf(), runId, options));
};

async function showRun(
  context: CommandContext,
  runId: string,
  { recovery, ...place }: ShowOptions,
): Promise<void> {
  await using run = await openForReading(context, runId, place);
  const tables = await run.tables();
  const recovered = recovery ? await readRecovery(run) : undefined;
  const document = {
    run_id: run.runId,
    version: run.version,
    tables: tables.map(tableDocument),
    ...(run.foreign && { skipped: run.foreign.skipped, left_out: run.foreign.leftOut }),
    ...recovered?.document,
  };
  await writeResult(context, document, () =>
    [
      `run ${run.runId}, version ${run.version}\n`,
      tables.length === 0 ? "no tables\n" : formatTables(tables),
      ...(recovered?.texts ?? []),
    ].join("\n"),
  );
  if (recovered?.hasMore) {
    const others = `crv log ${run.runId} --actor ${RECOVERY_ACTOR}`;
    context.terminal.note(`the newest ${RECOVERIES_MAX} recoveries; "${others}" lists all`);
  }
}

async function readRecovery(run: Run) {
  const pending = await run.pending();
  // One more than is shown, to know whether there are more.
  const found = await run.log({ actor: RECOVERY_ACTOR, limit: RECOVERIES_MAX + 1 });
  const recoveries = found.slice(0, RECOVERIES_MAX);
  return {
    document: {
      pending: pending.map(describePending),
      recovery: recoveries.map(describeRecord),
    },
    texts: [formatPending(pending), formatRecoveries(recoveries)],
    hasMore: found.length > recoveries.length,
  };
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

function tableDocument({ tickMin, tickMax, ...summary }: TableSummary) {
  return { ...summary, tick_min: tickMin, tick_max: tickMax };
}

/** `crv import`: a foreign Parquet file into a table, in one commit. */
import { basename } from "node:path";
import { Argument, type Command, Option } from "commander";
import { type AppendResult, CrvError, openRun } from "crv";
import { type CommandContext, writeResult } from "../context.js";
import { inferColumns } from "../foreign/column-inference.js";
import { type ForeignFile, openForeignFile } from "../foreign/foreign-file.js";
import { readForeignRows } from "../foreign/foreign-rows.js";
import { type ImportPlan, planImport, type TickChoice } from "../foreign/import-plan.js";
import { TICK_UNITS, type TickUnit } from "../foreign/tick-clock.js";
import { formatBytes, formatCount } from "../format/figures.js";
import { formatPlan } from "../format/plan-view.js";
import { showProgress } from "../progress.js";
import { isoTime, nameList, wholeNumber } from "./arguments.js";

/** Rows handed over at a time: large enough that columns are built at full speed. */
const BATCH_ROWS = 65_536;

interface ImportOptions {
  readonly run: string;
  readonly table: string;
  readonly columns?: readonly string[];
  readonly tick?: string;
  readonly tickUnit?: TickUnit;
  readonly tickOrigin?: number;
  readonly bucketSize?: number;
  readonly batchRows: number;
  readonly actor: string;
  readonly message?: string;
  readonly dryRun: boolean;
}

export function addImportCommand(
  program: Command,
  contextOf: (command: Command) => CommandContext,
): void {
  program
    .command("import")
    .description("import a Parquet file into a table of a run, in one commit")
    .addArgument(new Argument("<file>", "Parquet file of any origin"))
    .requiredOption("--run <id>", "run, made when it does not exist")
    .requiredOption("--table <name>", "table, made when it does not exist")
    .option("--columns <names>", "only these columns of the file, with commas", nameList)
    .option("--tick <column>", "column that orders the rows: whole numbers or a timestamp")
    .addOption(
      new Option("--tick-unit <unit>", "unit of the ticks of a timestamp").choices(TICK_UNITS),
    )
    .option("--tick-origin <time>", "time of tick 0, default 1970-01-01T00:00:00Z", isoTime)
    .option("--bucket-size <ticks>", "ticks per bucket, default the run's", wholeNumber(1))
    .option("--batch-rows <n>", "rows handed over at a time", wholeNumber(1), BATCH_ROWS)
    .option("--actor <name>", "who commits", "crv import")
    .option("--message <text>", "message of the commit, default the file's name")
    .option("--dry-run", "show what would be imported, write nothing", false)
    .action(async (path: string, options: ImportOptions, command: Command) =>
      importFile(contextOf(command), path, options),
    );
}

async function importFile(
  context: CommandContext,
  path: string,
  options: ImportOptions,
): Promise<void> {
  const file = await openForeignFile(path);
  const columns = inferColumns(file.metadata, options.columns);
  const tick = chooseTick(options);
  const plan = planImport(columns, {
    table: options.table,
    ...(tick !== undefined && { tick }),
    ...(options.bucketSize !== undefined && { bucketSize: options.bucketSize }),
  });
  if (!context.json) context.terminal.note(formatPlan(file, plan));
  if (!options.dryRun) await writeRows(context, file, plan, options);
}

function chooseTick({
  tick: source,
  tickUnit: unit,
  tickOrigin: originMs,
}: ImportOptions): TickChoice | undefined {
  if (source !== undefined) {
    return { source, ...(unit && { unit }), ...(originMs !== undefined && { originMs }) };
  }
  if (unit === undefined && originMs === undefined) return undefined;
  throw new CrvError("INVALID_ARGUMENT", "--tick-unit and --tick-origin need --tick");
}

async function writeRows(
  context: CommandContext,
  file: ForeignFile,
  plan: ImportPlan,
  options: ImportOptions,
): Promise<void> {
  const done = await appendRows(context, file, plan, options);
  const bytes = done.parts.reduce((sum, part) => sum + part.bytes, 0);
  const document = {
    run_id: done.runId,
    table: done.table,
    version: done.version,
    rows: done.rows,
    buckets: done.buckets.length,
    parts: done.parts.length,
    bytes,
    durability: done.durability,
  };
  await writeResult(
    context,
    document,
    () =>
      `imported ${formatCount(done.rows)} rows into table ${done.table} of run ${done.runId}: ` +
      `version ${done.version}, ${formatCount(done.parts.length)} parts, ${formatBytes(bytes)}\n`,
  );
}

async function appendRows(
  { terminal, root, settings }: CommandContext,
  file: ForeignFile,
  plan: ImportPlan,
  { run: runId, batchRows, actor, message = `import ${basename(file.path)}` }: ImportOptions,
): Promise<AppendResult> {
  await using run = await openRun({ root, runId, settings });
  const existing = (await run.tables()).find(({ table }) => table === plan.table.name);
  using progress = showProgress(terminal, "rows", file.rowCount);
  const rows = readForeignRows(file, plan, batchRows, progress.add);
  // A table that exists keeps its own descriptor; this file's may be narrower or wider.
  return await run.append(existing?.table ?? plan.table, rows, {
    actor,
    message,
    signal: terminal.signal,
  });
}

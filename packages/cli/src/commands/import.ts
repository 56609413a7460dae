/** `crv import`: a foreign Parquet file into a table, in one commit. */
import { basename } from "node:path";
import { Argument, type Command, Option } from "commander";
import {
  CrvError,
  type LoadMode,
  openRun,
  type Run,
  type TableDescriptor,
  type TransactionResult,
} from "crv";
import { type CommandContext, writeResult } from "../context.js";
import { inferColumns } from "../foreign/column-inference.js";
import { type ForeignFile, openForeignFile } from "../foreign/foreign-file.js";
import { readForeignRows } from "../foreign/foreign-rows.js";
import { type ImportPlan, planImport, type TickChoice } from "../foreign/import-plan.js";
import { TICK_UNITS, type TickUnit } from "../foreign/tick-clock.js";
import { formatBytes, formatCount } from "../format/figures.js";
import { formatPlan } from "../format/plan-view.js";
import { showProgress } from "../progress.js";
import { BRANCH, isoTime, nameList, wholeNumber } from "./arguments.js";

/** Rows handed over at a time: large enough that columns are built at full speed. */
const BATCH_ROWS = 65_536;

const MODES: readonly LoadMode[] = ["append", "merge", "overwrite"];

interface ImportOptions {
  readonly run: string;
  readonly branch?: string;
  readonly table: string;
  readonly mode: LoadMode;
  readonly key?: readonly string[];
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
    .option("--branch <name>", BRANCH)
    .requiredOption("--table <name>", "table, made when it does not exist")
    .addOption(
      new Option("--mode <mode>", "what becomes of the rows that are there")
        .choices(MODES)
        .default("append"),
    )
    .option("--key <names>", "columns of the file that tell rows apart, with commas", nameList)
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
    ...(options.key !== undefined && { key: options.key }),
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
  const { runId, version, durability, tables } = await loadRows(context, file, plan, options);
  const [changed] = tables;
  const { rowsAdded = 0, rowsRemoved = 0, parts = [], buckets = [] } = changed ?? {};
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const document = {
    run_id: runId,
    table: plan.table.name,
    mode: options.mode,
    version,
    rows: rowsAdded,
    rows_removed: rowsRemoved,
    buckets: buckets.length,
    parts: parts.length,
    bytes,
    durability,
  };
  await writeResult(
    context,
    document,
    () =>
      `imported ${formatCount(rowsAdded)} rows into table ${plan.table.name} of run ${runId}: ` +
      `${rowsRemoved > 0 ? `${formatCount(rowsRemoved)} rows replaced, ` : ""}` +
      `version ${version}, ${formatCount(parts.length)} parts, ${formatBytes(bytes)}\n`,
  );
}

async function loadRows(
  { terminal, root, settings }: CommandContext,
  file: ForeignFile,
  plan: ImportPlan,
  {
    run: runId,
    branch,
    mode,
    key,
    batchRows,
    actor,
    message = `import ${basename(file.path)}`,
  }: ImportOptions,
): Promise<TransactionResult> {
  const place = branch === undefined ? {} : { branch };
  await using run = await openRun({ root, runId, settings, ...place });
  const existing = await descriptorOf(run, plan.table.name);
  checkKey(existing ?? plan.table, mode, existing && key && plan.table.key);
  using progress = showProgress(terminal, "rows", file.rowCount);
  const rows = readForeignRows(file, plan, batchRows, progress.add);
  // A table that exists keeps its own descriptor; this file's may be narrower or wider.
  return await run.load([[existing ?? plan.table, rows]], {
    mode,
    actor,
    message,
    signal: terminal.signal,
  });
}

async function descriptorOf(run: Run, name: string): Promise<TableDescriptor | undefined> {
  const existing = (await run.tables()).find(({ table }) => table === name);
  return existing && (await run.manifest(existing.table))?.descriptor;
}

/**
 * A table that exists keeps its key: another one must not seem to be used.
 *
 * @param asked Undefined when the table is made with it, or none was given.
 */
function checkKey(
  { name, key }: TableDescriptor,
  mode: LoadMode,
  asked: readonly string[] | undefined,
): void {
  if (mode === "merge" && key.length === 0) {
    throw new CrvError(
      "INVALID_ARGUMENT",
      `table ${name} has no key to merge by: a table gets one when it is made, with --key`,
    );
  }
  if (asked === undefined || asked.join() === key.join()) return;
  throw new CrvError(
    "INVALID_ARGUMENT",
    `table ${name} exists with ${key.length > 0 ? `the key ${key.join(",")}` : "no key"}, not ${asked.join(",")}: leave out --key`,
  );
}

/** `crv import`: a file of another program into a table, in one commit. */

import { basename } from "node:path";
import { Argument } from "commander";
import {
  CrvError,
  type LoadMode,
  openRun,
  type Run,
  type TableDescriptor,
  type Transaction,
  type TransactionResult,
} from "crv";
import { type CommandContext, writeResult } from "../context.js";
import type { ForeignBatch, ForeignSource } from "../foreign/foreign-source.js";
import { type ImportPlan, planImport } from "../foreign/import-plan.js";
import { openSource } from "../foreign/open-source.js";
import { formatBytes, formatCount } from "../format/figures.js";
import { formatPlan } from "../format/plan-view.js";
import { showProgress } from "../progress.js";
import type { AddCommand } from "./add-command.js";
import {
  addImportOptions,
  chooseTick,
  type ImportOptions,
  sourceChoices,
} from "./import-options.js";

export const addImportCommand: AddCommand = (command, contextOf) => {
  command.addArgument(new Argument("<file>", "file of any origin; - reads text from stdin"));
  addImportOptions(command).action(async (path: string, options: ImportOptions) =>
    importFile(contextOf(), path, options),
  );
};

async function importFile(
  context: CommandContext,
  path: string,
  options: ImportOptions,
): Promise<void> {
  const existing = await existingTable(context, options);
  const source = await openSource(path, sourceChoices(options, existing));
  const tick = chooseTick(options);
  const planned = planImport(source.columns, {
    table: options.table,
    ...(tick !== undefined && { tick }),
    ...(options.bucketSize !== undefined && { bucketSize: options.bucketSize }),
    ...(options.key !== undefined && { key: options.key }),
  });
  // A table that exists keeps its own descriptor; this file's may be narrower or wider.
  const plan = { ...planned, table: existing ?? planned.table };
  checkKey(plan.table, options.mode, existing && options.key && planned.table.key);
  if (!context.json) context.terminal.note(formatPlan(source, plan));
  if (source.warning !== undefined) context.terminal.note(source.warning);
  if (!options.dryRun) {
    await writeRows(context, source, plan, { ...options, isNew: existing === undefined });
  }
}

interface WriteOptions extends ImportOptions {
  /** Whether the table is to be made. */
  readonly isNew: boolean;
}

async function writeRows(
  context: CommandContext,
  source: ForeignSource,
  plan: ImportPlan,
  options: WriteOptions,
): Promise<void> {
  const { runId, version, durability, tables } = await loadRows(context, source, plan, options);
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
  await writeResult(context, document, () =>
    changed === undefined
      ? `${source.path} has no rows: table ${plan.table.name} of run ${runId} is as it was, version ${version}\n`
      : `imported ${formatCount(rowsAdded)} rows into table ${plan.table.name} of run ${runId}: ` +
        `${options.isNew && rowsAdded === 0 ? "the table was made without rows, " : ""}` +
        `${rowsRemoved > 0 ? `${formatCount(rowsRemoved)} rows replaced, ` : ""}` +
        `version ${version}, ${formatCount(parts.length)} parts, ${formatBytes(bytes)}\n`,
  );
}

async function loadRows(
  { terminal, root, settings }: CommandContext,
  source: ForeignSource,
  plan: ImportPlan,
  {
    run: runId,
    branch,
    mode,
    isNew,
    batchRows,
    actor,
    message = `import ${basename(source.path)}`,
  }: WriteOptions,
): Promise<TransactionResult> {
  const place = branch === undefined ? {} : { branch };
  await using run = await openRun({ root, runId, settings, ...place });
  using progress = showProgress(terminal, "rows", source.rowCount);
  const rows = counted(source.batches(plan, batchRows), progress.add);
  const options = { actor, message, signal: terminal.signal };
  const loaded = await run.load([[plan.table, rows]], { mode, ...options });
  if (!isNew || loaded.tables.length > 0) return loaded;
  return await run.transaction((tx) => makeEmpty(tx, plan.table), options);
}

/** A file without rows makes the table all the same, unless another process has filled it meanwhile. */
async function makeEmpty(tx: Transaction, table: TableDescriptor): Promise<void> {
  if ((await tx.scan(table).count()) === 0) await tx.overwrite(table, []);
}

/** The table as it is before the import; undefined when it is to be made. Makes nothing. */
async function existingTable(
  { root, settings }: CommandContext,
  { run: runId, table, branch }: ImportOptions,
): Promise<TableDescriptor | undefined> {
  const place = branch === undefined ? {} : { branch };
  try {
    const mode = { mode: "readOnly", create: "never" } as const;
    await using run = await openRun({ root, runId, settings, ...mode, ...place });
    return await descriptorOf(run, table);
  } catch (error) {
    if (error instanceof CrvError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

/** @param onRows Called with the number of rows of each batch once it was taken. */
async function* counted(
  batches: AsyncIterable<ForeignBatch>,
  onRows: (count: number) => void,
): AsyncGenerator<ForeignBatch> {
  for await (const batch of batches) {
    yield batch;
    onRows("numRows" in batch ? batch.numRows : batch.length);
  }
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

/** `crv scan`: rows of a table. */
import { type Command, Option } from "commander";
import type { Run, ScanOptions } from "crv";
import { type CommandContext, openForReading } from "../context.js";
import { batchRows, type Row } from "../format/batch-rows.js";
import { formatCount } from "../format/figures.js";
import {
  formatCsv,
  formatCsvHeading,
  formatNdjson,
  formatRowTable,
  ROW_FORMATS,
  type RowFormat,
} from "../format/row-format.js";
import { jsonObject, nameList, wholeNumber } from "./arguments.js";

/** A table is for reading, and is held in memory to align its columns. */
const TABLE_ROWS_DEFAULT = 50;

interface ScanCommandOptions {
  readonly tickMin?: number;
  readonly tickMax?: number;
  readonly columns?: readonly string[];
  readonly filter?: Record<string, unknown>;
  readonly order?: "tick" | "storage";
  readonly limit?: number;
  readonly format?: RowFormat;
}

type Scan = ReturnType<Run["scan"]>;

export function addScanCommand(
  program: Command,
  contextOf: (command: Command) => CommandContext,
): void {
  program
    .command("scan")
    .description("print rows of a table")
    .argument("<run>", "run id")
    .argument("<table>", "name of the table")
    .option("--tick-min <n>", "first tick, inclusive", wholeNumber(0))
    .option("--tick-max <n>", "last tick, inclusive", wholeNumber(0))
    .option("--columns <names>", "only these columns, with commas, in this order", nameList)
    .option("--filter <json>", 'only rows like {"delay":{"gt":60}}', jsonObject)
    .addOption(new Option("--order <order>", "of the rows").choices(["tick", "storage"]))
    .option(
      "--limit <n>",
      `at most so many rows; default ${TABLE_ROWS_DEFAULT} in a table, else all`,
      wholeNumber(0),
    )
    .addOption(
      new Option("--format <format>", "default table; ndjson with --json").choices(ROW_FORMATS),
    )
    .action(async (runId: string, table: string, options: ScanCommandOptions, command: Command) => {
      const context = contextOf(command);
      await using run = await openForReading(context, runId);
      const format = options.format ?? (context.json ? "ndjson" : "table");
      if (format === "table") await printTable(context, run, table, options);
      else await printStream(context, run.scan(table, scanOptions(context, options)), format);
    });
}

function scanOptions({ terminal }: CommandContext, options: ScanCommandOptions): ScanOptions {
  const { tickMin, tickMax, columns, filter, order, limit } = options;
  return {
    signal: terminal.signal,
    ...((tickMin !== undefined || tickMax !== undefined) && {
      where: {
        ...(tickMin !== undefined && { tickMin }),
        ...(tickMax !== undefined && { tickMax }),
      },
    }),
    ...(columns !== undefined && { columns }),
    ...(filter !== undefined && { filter: filter as NonNullable<ScanOptions["filter"]> }),
    ...(order !== undefined && { order }),
    ...(limit !== undefined && { limit }),
  };
}

/** Text of each batch as it comes. */
async function printStream(
  { terminal }: CommandContext,
  scan: Scan,
  format: "ndjson" | "csv",
): Promise<void> {
  let isFirst = true;
  for await (const batch of scan) {
    const names = batch.schema.fields.map(({ name }) => name);
    if (format === "csv" && isFirst) await terminal.write(formatCsvHeading(names));
    isFirst = false;
    const rows = batchRows(batch);
    const text =
      format === "csv" ? formatCsv(rows, { safely: terminal.showsOutput }) : formatNdjson(rows);
    if (rows.length > 0) await terminal.write(text);
  }
}

/** Without a limit of the user's, one row more is read than shown, to know whether there are more. */
async function printTable(
  context: CommandContext,
  run: Run,
  table: string,
  options: ScanCommandOptions,
): Promise<void> {
  const shown = options.limit ?? TABLE_ROWS_DEFAULT;
  const limit = options.limit ?? TABLE_ROWS_DEFAULT + 1;
  const rows: Row[] = [];
  let names: string[] = [];
  for await (const batch of run.scan(table, scanOptions(context, { ...options, limit }))) {
    names = batch.schema.fields.map(({ name }) => name);
    for (const row of batchRows(batch)) rows.push(row);
  }
  await context.terminal.write(formatRowTable(names, rows.slice(0, shown)));
  if (rows.length > shown) {
    context.terminal.note(`the first ${formatCount(shown)} rows; --limit shows more`);
  }
}

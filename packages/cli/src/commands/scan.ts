/** `crv scan`: rows of a table. */
import { type Command, Option } from "commander";
import type { Run, ScanOptions } from "crv";
import { type CommandContext, openForReading } from "../context.js";
import { formatCount } from "../format/figures.js";
import { type Row, rowPrinter } from "../format/printed-row.js";
import {
  formatCsv,
  formatCsvHeading,
  formatNdjson,
  formatRowTable,
  ROW_FORMATS,
  type RowFormat,
} from "../format/row-format.js";
import { AT, BRANCH, jsonObject, nameList, wholeNumber } from "./arguments.js";

/** A table is for reading, and is held in memory to align its columns. */
const TABLE_ROWS_DEFAULT = 50;

/** Rows written at a time: few writes, little memory. */
const CHUNK_ROWS = 1024;

interface ScanCommandOptions {
  readonly branch?: string;
  readonly at?: string;
  readonly tickMin?: number;
  readonly tickMax?: number;
  readonly columns?: readonly string[];
  readonly filter?: Record<string, unknown>;
  readonly order?: "tick" | "storage";
  readonly limit?: number;
  readonly offset?: number;
  readonly tail?: number;
  readonly format?: RowFormat;
}

/** What is printed. */
interface Selection {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<Row>;
}

export function addScanCommand(
  program: Command,
  contextOf: (command: Command) => CommandContext,
): void {
  program
    .command("scan")
    .description("print rows of a table")
    .argument("<run>", "run id")
    .argument("<table>", "name of the table")
    .option("--branch <name>", BRANCH)
    .option("--at <version>", `as of ${AT}`)
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
    .option("--offset <n>", "leave out the first n rows", wholeNumber(0))
    .addOption(
      new Option("--tail <n>", "only the last n rows")
        .argParser(wholeNumber(0))
        .conflicts(["limit", "offset"]),
    )
    .addOption(
      new Option("--format <format>", "default table; ndjson with --json").choices(ROW_FORMATS),
    )
    .action(async (runId: string, table: string, options: ScanCommandOptions, command: Command) => {
      const context = contextOf(command);
      await using run = await openForReading(context, runId, options);
      const format = options.format ?? (context.json ? "ndjson" : "table");
      if (format === "table") await printTable(context, run, table, options);
      else await printStream(context, run, table, options, format);
    });
}

function scanOptions({ terminal }: CommandContext, options: ScanCommandOptions): ScanOptions {
  const { tickMin, tickMax, columns, filter, order, limit, offset, tail } = options;
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
    ...(offset !== undefined && { offset }),
    ...(tail !== undefined && { tail }),
  };
}

/** A read of no rows has the schema, which tells timestamps from whole numbers. */
async function select(run: Run, table: string, options: ScanOptions): Promise<Selection> {
  const { tail: _, ...untailed } = options;
  const { schema } = await run.read(table, { ...untailed, limit: 0 });
  const columns = schema.fields.map(({ name }) => name);
  const rows = run.scan(table, { ...options, columns }).rows({ int64: "bigint" });
  return { columns, rows: printed(rows, rowPrinter(schema.fields)) };
}

async function* printed(rows: AsyncIterable<Row>, print: (row: Row) => Row): AsyncGenerator<Row> {
  for await (const row of rows) yield print(row);
}

async function printStream(
  context: CommandContext,
  run: Run,
  table: string,
  options: ScanCommandOptions,
  format: "ndjson" | "csv",
): Promise<void> {
  const { terminal } = context;
  const { columns, rows } = await select(run, table, scanOptions(context, options));
  if (format === "csv") await terminal.write(formatCsvHeading(columns));
  for await (const chunk of inChunks(rows)) {
    await terminal.write(
      format === "csv" ? formatCsv(chunk, { safely: terminal.showsOutput }) : formatNdjson(chunk),
    );
  }
}

async function* inChunks(rows: AsyncIterable<Row>): AsyncGenerator<readonly Row[]> {
  let chunk: Row[] = [];
  for await (const row of rows) {
    if (chunk.push(row) < CHUNK_ROWS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Without a limit of the user's, one row more is read than shown, to know whether there are more. */
async function printTable(
  context: CommandContext,
  run: Run,
  table: string,
  options: ScanCommandOptions,
): Promise<void> {
  const { limit, tail } = options;
  const shown = limit ?? tail ?? TABLE_ROWS_DEFAULT;
  const wanted = (limit ?? tail) === undefined ? { ...options, limit: shown + 1 } : options;
  const selection = await select(run, table, scanOptions(context, wanted));
  const rows: Row[] = [];
  for await (const row of selection.rows) rows.push(row);
  await context.terminal.write(formatRowTable(selection.columns, rows.slice(0, shown)));
  if (rows.length > shown) {
    context.terminal.note(`the first ${formatCount(shown)} rows; --limit shows more`);
  }
}

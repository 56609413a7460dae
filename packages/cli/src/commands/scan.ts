/** `crv scan`: rows of a table, printed or exported. */

import { Option } from "commander";
import { CrvError, type Run, type ScanOptions } from "crv";
import { type CommandContext, openForReading } from "../context.js";
import { FILE_FORMATS, type FileFormat, formatOf } from "../foreign/file-format.js";
import { formatCount } from "../format/figures.js";
import type { Row } from "../format/printed-row.js";
import {
  formatCsv,
  formatCsvHeading,
  formatNdjson,
  formatRowTable,
  ROW_FORMATS,
  type RowFormat,
} from "../format/row-format.js";
import { inChunks, selectRows } from "../format/selected-rows.js";
import type { AddCommand } from "./add-command.js";
import { AT, BRANCH, jsonObject, nameList, wholeNumber } from "./arguments.js";

/** A table is for reading, and is held in memory to align its columns. */
const TABLE_ROWS_DEFAULT = 50;

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
  readonly format?: RowFormat | FileFormat;
  readonly output?: string;
}

export const addScanCommand: AddCommand = (command, contextOf) => {
  command
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
      new Option(
        "--format <format>",
        "default table, or what the name of --output says; ndjson with --json",
      ).choices([...new Set([...ROW_FORMATS, ...FILE_FORMATS])]),
    )
    .option("--output <file>", "into a file, which appears whole or not at all")
    .action(async (runId: string, table: string, options: ScanCommandOptions) => {
      const context = contextOf();
      const { output } = options;
      const format = chooseFormat(context, options);
      await using run = await openForReading(context, runId, options);
      if (output !== undefined) {
        const selected = { run, table, options: scanOptions(context, options) };
        const { exportRows } = await import("../export/export-rows.js");
        await exportRows(context, selected, output, format as FileFormat);
      } else if (format === "table") await printTable(context, run, table, options);
      else await printStream(context, run, table, options, format as "ndjson" | "csv");
    });
};

/** @throws CrvError `INVALID_ARGUMENT` for a format that a terminal, or a file, cannot have. */
function chooseFormat(
  { json }: CommandContext,
  { format, output }: ScanCommandOptions,
): RowFormat | FileFormat {
  if (output !== undefined) {
    const chosen = format ?? formatOf(output);
    if (chosen !== "table") return chosen;
    throw new CrvError(
      "INVALID_ARGUMENT",
      "--format table is for reading: name another for a file",
    );
  }
  const chosen = format ?? (json ? "ndjson" : "table");
  if (chosen !== "arrow" && chosen !== "parquet") return chosen;
  throw new CrvError(
    "INVALID_ARGUMENT",
    `--format ${chosen} is no text: name a file with --output`,
  );
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

async function printStream(
  context: CommandContext,
  run: Run,
  table: string,
  options: ScanCommandOptions,
  format: "ndjson" | "csv",
): Promise<void> {
  const { terminal } = context;
  const { columns, rows } = await selectRows(run, table, scanOptions(context, options));
  if (format === "csv") await terminal.write(formatCsvHeading(columns));
  for await (const chunk of inChunks(rows)) {
    await terminal.write(
      format === "csv" ? formatCsv(chunk, { safely: terminal.showsOutput }) : formatNdjson(chunk),
    );
  }
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
  const selection = await selectRows(run, table, scanOptions(context, wanted));
  const rows: Row[] = [];
  for await (const row of selection.rows) rows.push(row);
  await context.terminal.write(formatRowTable(selection.columns, rows.slice(0, shown)));
  if (rows.length > shown) {
    context.terminal.note(`the first ${formatCount(shown)} rows; --limit shows more`);
  }
}

/** `crv tail`: the commits of a run as they happen, or the rows that they bring to a table. */

import { describeRecord, type FollowedCommit, type FollowOptions } from "crv";
import { type CommandContext, openForReading } from "../context.js";
import { commitRow } from "../format/commit-view.js";
import { escapeLine } from "../format/escape-text.js";
import { jsonText } from "../format/json-text.js";
import { rowPrinter } from "../format/printed-row.js";
import { formatNdjson } from "../format/row-format.js";
import type { AddCommand } from "./add-command.js";
import { wholeNumber } from "./arguments.js";

interface TailOptions {
  readonly table?: string;
  readonly from?: number;
  readonly commits?: number;
}

export const addTailCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .option("--table <name>", "the new rows of this table, one JSON object a line")
    .option("--from <n>", "first version; default the next one", wholeNumber(1))
    .option("--commits <n>", "end after so many commits", wholeNumber(1))
    .action(async (runId: string, options: TailOptions) => tail(contextOf(), runId, options));
};

async function tail(
  context: CommandContext,
  runId: string,
  { table, from, commits = Number.POSITIVE_INFINITY }: TailOptions,
): Promise<void> {
  await using run = await openForReading(context, runId);
  const { terminal } = context;
  const options: FollowOptions = {
    signal: terminal.signal,
    int64: "bigint",
    ...(table !== undefined && { table }),
    ...(from !== undefined && { fromVersion: from }),
  };
  let left = commits;
  for await (const commit of run.follow(options)) {
    if (table === undefined) await terminal.write(commitLine(commit, context.json));
    else await printRows(context, commit, table);
    left -= 1;
    if (left === 0) return;
  }
}

function commitLine({ record }: FollowedCommit, json: boolean): string {
  if (json) return `${jsonText(describeRecord(record))}\n`;
  const cells = commitRow(record).filter((cell) => cell !== "");
  return `${escapeLine(cells.join("  "))}\n`;
}

async function printRows(
  { terminal }: CommandContext,
  commit: FollowedCommit,
  table: string,
): Promise<void> {
  if (commit.rewrites(table)) {
    terminal.note(`version ${commit.version} rewrites rows: some may be as they were`);
  }
  let print: ReturnType<typeof rowPrinter> | undefined;
  for await (const { schema } of commit.batches(table)) {
    print = rowPrinter(schema.fields);
    break;
  }
  if (print === undefined) return;
  const rows = await commit.rows(table);
  if (rows.length > 0) await terminal.write(formatNdjson(rows.map(print)));
}

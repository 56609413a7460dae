/** `crv log`: the commits of a run, newest first. */
import type { Command } from "commander";
import { describeRecord } from "crv";
import { type CommandContext, openForReading, writeResult } from "../context.js";
import { commitRow } from "../format/commit-view.js";
import { textTable } from "../format/text-table.js";
import { wholeNumber } from "./arguments.js";

interface LogOptions {
  readonly actor?: string;
  readonly table?: string;
  readonly limit?: number;
}

export function addLogCommand(
  program: Command,
  contextOf: (command: Command) => CommandContext,
): void {
  program
    .command("log")
    .description("list the commits of a run, newest first")
    .argument("<run>", "run id")
    .option("--actor <name>", "only commits of this actor, such as crv:recovery")
    .option("--table <name>", "only commits that change this table")
    .option("--limit <n>", "at most so many commits", wholeNumber(0))
    .action(async (runId: string, { actor, table, limit }: LogOptions, command: Command) =>
      listCommits(contextOf(command), runId, {
        ...(actor !== undefined && { actor }),
        ...(table !== undefined && { table }),
        ...(limit !== undefined && { limit }),
      }),
    );
}

async function listCommits(
  context: CommandContext,
  runId: string,
  options: LogOptions,
): Promise<void> {
  await using run = await openForReading(context, runId);
  const commits = await run.log(options);
  await writeResult(context, commits.map(describeRecord), () =>
    textTable(
      [
        { name: "version", align: "right" },
        { name: "time" },
        { name: "actor" },
        { name: "changes" },
        { name: "message" },
      ],
      commits.map(commitRow),
    ),
  );
}

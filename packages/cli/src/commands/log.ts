/** `crv log`: the commits of a run, newest first. */

import { describeRecord, RECOVERY_ACTOR } from "crv";
import { type CommandContext, openForReading, writeResult } from "../context.js";
import { commitRow } from "../format/commit-view.js";
import { textTable } from "../format/text-table.js";
import type { AddCommand } from "./add-command.js";
import { BRANCH, wholeNumber } from "./arguments.js";

interface LogOptions {
  readonly branch?: string;
  readonly actor?: string;
  readonly table?: string;
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
}

export const addLogCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .option("--branch <name>", BRANCH)
    .option("--actor <name>", `only commits of this actor, such as ${RECOVERY_ACTOR}`)
    .option("--table <name>", "only commits that change this table")
    .option("--from <n>", "first version, inclusive", wholeNumber(1))
    .option("--to <n>", "last version, inclusive", wholeNumber(1))
    .option("--limit <n>", "at most so many commits", wholeNumber(0))
    .action(async (runId: string, options: LogOptions) => listCommits(contextOf(), runId, options));
};

async function listCommits(
  context: CommandContext,
  runId: string,
  { branch, actor, table, from, to, limit }: LogOptions,
): Promise<void> {
  await using run = await openForReading(context, runId, branch === undefined ? {} : { branch });
  const commits = await run.log({
    ...(actor !== undefined && { actor }),
    ...(table !== undefined && { table }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(limit !== undefined && { limit }),
  });
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

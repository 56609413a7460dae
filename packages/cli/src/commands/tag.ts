/** `crv tag`: lists, makes and deletes the tags of a run. */

import type { TagSummary } from "crv";
import { type CommandContext, openForReading, openForWriting, writeResult } from "../context.js";
import { formatCount } from "../format/figures.js";
import { textTable } from "../format/text-table.js";
import type { AddCommand } from "./add-command.js";
import { AT } from "./arguments.js";
import { checkRefCommand, type RefCommandOptions, textOf } from "./ref-command.js";

export const addTagCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .argument("[name]", "of the tag to make or delete")
    .option("--at <version>", `what it names, ${AT}; default the newest version`)
    .option("--delete", "delete it", false)
    .option("--actor <name>", "who makes or deletes it")
    .option("--message <text>", "why")
    .action(async (runId: string, name: string | undefined, options: RefCommandOptions) => {
      checkRefCommand(name, options);
      const context = contextOf();
      if (name === undefined) await listTags(context, runId);
      else if (options.delete) await deleteTag(context, runId, name, options);
      else await createTag(context, runId, name, options);
    });
};

async function listTags(context: CommandContext, runId: string): Promise<void> {
  await using run = await openForReading(context, runId);
  const tags = await run.tags();
  await writeResult(context, tags.map(tagDocument), () =>
    textTable(
      [{ name: "tag" }, { name: "version" }, { name: "made" }],
      tags.map(({ name, branch, version, createdAt }) => [
        name,
        `${branch}@${formatCount(version)}`,
        createdAt,
      ]),
    ),
  );
}

async function createTag(
  context: CommandContext,
  runId: string,
  name: string,
  options: RefCommandOptions,
): Promise<void> {
  await using run = await openForWriting(context, runId);
  const tag = await run.createTag(name, textOf(options));
  await writeResult(
    context,
    tagDocument(tag),
    () => `tag ${tag.name} is ${tag.branch}@${tag.version}\n`,
  );
}

async function deleteTag(
  context: CommandContext,
  runId: string,
  name: string,
  { at: _, ...options }: RefCommandOptions,
): Promise<void> {
  await using run = await openForWriting(context, runId);
  await run.deleteTag(name, textOf(options));
  await writeResult(context, { deleted: name }, () => `tag ${name} is deleted\n`);
}

function tagDocument({ createdAt, ...tag }: TagSummary) {
  return { ...tag, created_at: createdAt };
}

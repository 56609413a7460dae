/** `crv branch`: lists, makes and deletes the branches of a run. */

import type { BranchSummary } from "crv";
import { type CommandContext, openForReading, openForWriting, writeResult } from "../context.js";
import { formatCount } from "../format/figures.js";
import { textTable } from "../format/text-table.js";
import type { AddCommand } from "./add-command.js";
import { AT } from "./arguments.js";
import { checkRefCommand, type RefCommandOptions, textOf } from "./ref-command.js";

export const addBranchCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .argument("[name]", "of the branch to make or delete")
    .option("--at <version>", `where it begins, ${AT}; default the newest version`)
    .option("--delete", "delete it", false)
    .option("--actor <name>", "who makes or deletes it")
    .option("--message <text>", "why")
    .action(async (runId: string, name: string | undefined, options: RefCommandOptions) => {
      checkRefCommand(name, options);
      const context = contextOf();
      if (name === undefined) await listBranches(context, runId);
      else if (options.delete) await deleteBranch(context, runId, name, options);
      else await createBranch(context, runId, name, options);
    });
};

async function listBranches(context: CommandContext, runId: string): Promise<void> {
  await using run = await openForReading(context, runId);
  const branches = await run.branches();
  await writeResult(context, branches.map(branchDocument), () =>
    textTable(
      [{ name: "branch" }, { name: "from" }, { name: "made" }],
      branches.map(({ name, from, createdAt }) => [
        name,
        from ? `${from.branch}@${formatCount(from.version)}` : "",
        createdAt ?? "",
      ]),
    ),
  );
}

async function createBranch(
  context: CommandContext,
  runId: string,
  name: string,
  options: RefCommandOptions,
): Promise<void> {
  await using run = await openForWriting(context, runId);
  const branch = await run.createBranch(name, textOf(options));
  const { from } = branch;
  await writeResult(
    context,
    branchDocument(branch),
    () => `branch ${branch.name} begins at ${from?.branch}@${from?.version}\n`,
  );
}

async function deleteBranch(
  context: CommandContext,
  runId: string,
  name: string,
  { at: _, ...options }: RefCommandOptions,
): Promise<void> {
  await using run = await openForWriting(context, runId);
  await run.deleteBranch(name, textOf(options));
  await writeResult(context, { deleted: name }, () => `branch ${name} is deleted\n`);
}

function branchDocument({ name, id, from, createdAt }: BranchSummary) {
  return { name, id: id ?? null, from: from ?? null, created_at: createdAt };
}

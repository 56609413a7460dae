/** `crv adopt`: makes a directory that the Python original wrote a run, without rewriting a file. */

import { type AdoptReport, adoptRun } from "crv";
import { type CommandContext, writeResult } from "../context.js";
import { formatCount } from "../format/figures.js";
import { leftAsideLines } from "../format/left-aside.js";
import { textTable } from "../format/text-table.js";
import type { AddCommand } from "./add-command.js";
import { wholeNumber } from "./arguments.js";

interface AdoptOptions {
  readonly bucketSize?: number;
  readonly skipDamaged: boolean;
  readonly actor: string;
  readonly message?: string;
}

export const addAdoptCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .option("--bucket-size <n>", "ticks per bucket it was written with", wholeNumber(1))
    .option("--skip-damaged", "leave damaged files aside instead of stopping", false)
    .option("--actor <name>", "of the commit", "crv adopt")
    .option("--message <text>", "of the commit")
    .action(async (runId: string, options: AdoptOptions) => adopt(contextOf(), runId, options));
};

async function adopt(
  context: CommandContext,
  runId: string,
  { bucketSize, skipDamaged, actor, message }: AdoptOptions,
): Promise<void> {
  const { root } = context;
  const tickBucketSize = bucketSize ?? context.settings.tickBucketSize;
  const report = await adoptRun({
    root,
    runId,
    settings: { ...context.settings, tickBucketSize },
    skipDamaged,
    actor,
    ...(message !== undefined && { message }),
  });
  const { tables, skipped, leftOut: left_out } = report;
  await writeResult(context, { run_id: runId, tables, skipped, left_out }, () => format(report));
}

function format({ tables, ...aside }: AdoptReport): string {
  const table = textTable(
    [{ name: "table" }, { name: "rows", align: "right" }, { name: "parts", align: "right" }],
    tables.map(({ table, rows, parts }) => [table, formatCount(rows), formatCount(parts)]),
  );
  return [table, ...leftAsideLines(aside).map((line) => `${line}\n`)].join("");
}

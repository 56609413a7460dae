/** `crv optimize`: merges small parts of a run. */

import type { OptimizeReport } from "crv";
import { type CommandContext, openForWriting, writeResult } from "../context.js";
import { formatBytes, formatCount } from "../format/figures.js";
import { textTable } from "../format/text-table.js";
import type { AddCommand } from "./add-command.js";
import { nameList, wholeNumber } from "./arguments.js";

interface OptimizeCommandOptions {
  readonly tables?: readonly string[];
  readonly targetBytes?: number;
}

export const addOptimizeCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .option("--tables <names>", "only these, separated by commas", nameList)
    .option("--target-bytes <n>", "size of the parts that are aimed at", wholeNumber(1))
    .action(async (runId: string, options: OptimizeCommandOptions) =>
      optimize(contextOf(), runId, options),
    );
};

async function optimize(
  context: CommandContext,
  runId: string,
  { tables, targetBytes }: OptimizeCommandOptions,
): Promise<void> {
  await using run = await openForWriting(context, runId);
  const report = await run.optimize({
    signal: context.terminal.signal,
    ...(tables && { tables }),
    ...(targetBytes !== undefined && { targetBytes }),
  });
  await writeResult(context, describeReport(runId, report), () => formatReport(report));
}

function formatReport({ tables, version, isComplete }: OptimizeReport): string {
  if (tables.length === 0) return "optimize: nothing to merge\n";
  const right = { align: "right" } as const;
  const rest = isComplete ? "" : "other writers were at work: run it again for the rest\n";
  return `${textTable(
    [
      { name: "table" },
      { name: "parts before", ...right },
      { name: "after", ...right },
      { name: "rows", ...right },
      { name: "bytes before", ...right },
      { name: "after", ...right },
    ],
    tables.map((table) => [
      table.table,
      formatCount(table.partsRemoved),
      formatCount(table.partsAdded),
      formatCount(table.rows),
      formatBytes(table.bytesRemoved),
      formatBytes(table.bytesAdded),
    ]),
  )}version ${version}; the old parts stay until "crv cleanup"\n${rest}`;
}

function describeReport(runId: string, report: OptimizeReport): object {
  return {
    run_id: runId,
    version: report.version,
    commits: report.commits,
    is_complete: report.isComplete,
    tables: report.tables.map((table) => ({
      table: table.table,
      parts_removed: table.partsRemoved,
      parts_added: table.partsAdded,
      rows: table.rows,
      bytes_removed: table.bytesRemoved,
      bytes_added: table.bytesAdded,
    })),
  };
}

/** `crv copy` and `crv export`: a run in another store, or its tables as plain files. */

import { type CopyReport, copyRun, exportRun } from "crv";
import { type CommandContext, writeResult } from "../context.js";
import { formatBytes, formatCount } from "../format/figures.js";
import type { AddCommand } from "./add-command.js";
import { AT, nameList } from "./arguments.js";

export const addCopyCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .requiredOption("--to <root>", "directory of the other store")
    .option("--as <run>", "run id of the copy")
    .action(async (runId: string, options: { to: string; as?: string }) => {
      const context = contextOf();
      const { root, terminal } = context;
      const { to, as: toRunId = runId } = options;
      const report = await copyRun({ root, runId, to, toRunId, signal: terminal.signal });
      await tell(context, runId, report);
    });
};

export const addExportCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .argument("<dir>", "directory to write to")
    .option("--at <version>", AT)
    .option("--tables <names>", "only these tables, separated by commas", nameList)
    .action(
      async (runId: string, to: string, { at, tables }: { at?: string; tables?: string[] }) => {
        const context = contextOf();
        const { root, terminal } = context;
        const report = await exportRun({
          root,
          runId,
          to,
          signal: terminal.signal,
          ...(at !== undefined && { at }),
          ...(tables && { tables }),
        });
        await tell(context, runId, report);
      },
    );
};

function tell(context: CommandContext, runId: string, report: CopyReport): Promise<void> {
  const { version, floor, parts, bytes } = report;
  const versions = floor === version ? `version ${version}` : `versions ${floor} to ${version}`;
  return writeResult(
    context,
    { run_id: runId, version, floor, parts, bytes },
    () => `copied ${versions}: ${formatCount(parts)} parts, ${formatBytes(bytes)}\n`,
  );
}

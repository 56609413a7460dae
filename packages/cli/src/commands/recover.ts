/** `crv recover`: settles what dead writers left in a run, or tells what that would be. */

import { type CommandContext, openForReading, openForWriting, writeResult } from "../context.js";
import {
  describePending,
  describeSweep,
  formatPending,
  formatSweep,
} from "../format/recovery-view.js";
import type { AddCommand } from "./add-command.js";

interface RecoverOptions {
  readonly dryRun: boolean;
}

export const addRecoverCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .option("--dry-run", "show what would be done, write nothing", false)
    .action(async (runId: string, { dryRun }: RecoverOptions) =>
      dryRun ? showPending(contextOf(), runId) : recoverRun(contextOf(), runId),
    );
};

async function showPending(context: CommandContext, runId: string): Promise<void> {
  await using run = await openForReading(context, runId);
  const pending = await run.pending();
  const document = {
    run_id: run.runId,
    version: run.version,
    pending: pending.map(describePending),
  };
  await writeResult(context, document, () => formatPending(pending));
}

async function recoverRun(context: CommandContext, runId: string): Promise<void> {
  await using run = await openForWriting(context, runId);
  const document = { run_id: run.runId, version: run.version, ...describeSweep(run.recovered) };
  await writeResult(context, document, () => formatSweep(run.recovered));
}

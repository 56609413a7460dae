/** `crv recover`: settles what dead writers left in a run, or tells what that would be. */
import type { Command } from "commander";
import { type CommandContext, openForReading, openForWriting, writeResult } from "../context.js";
import {
  describePending,
  describeSweep,
  formatPending,
  formatSweep,
} from "../format/recovery-view.js";

interface RecoverOptions {
  readonly dryRun: boolean;
}

export function addRecoverCommand(
  program: Command,
  contextOf: (command: Command) => CommandContext,
): void {
  program
    .command("recover")
    .description("settle what writers that died left in a run")
    .argument("<run>", "run id")
    .option("--dry-run", "show what would be done, write nothing", false)
    .action(async (runId: string, { dryRun }: RecoverOptions, command: Command) =>
      dryRun ? showPending(contextOf(command), runId) : recoverRun(contextOf(command), runId),
    );
}

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

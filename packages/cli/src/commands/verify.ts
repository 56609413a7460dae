/** `crv verify`: compares what a run has stored with what its log says. */

import { openRun, verifyRun } from "crv";
import { type CommandContext, writeResult } from "../context.js";
import { DamageFound } from "../damage-found.js";
import { describeVerification, formatVerification } from "../format/verify-view.js";
import { showProgress } from "../progress.js";
import type { AddCommand } from "./add-command.js";

interface VerifyCommandOptions {
  readonly deep: boolean;
}

export const addVerifyCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .option("--deep", "read every byte of every part, too", false)
    .action(async (runId: string, { deep }: VerifyCommandOptions) =>
      verify(contextOf(), runId, deep),
    );
};

async function verify(context: CommandContext, runId: string, deep: boolean): Promise<void> {
  const { root, terminal } = context;
  const progress = showProgress(terminal, "parts", await countParts(context, runId));
  const onProgress = (): void => progress.add(1);
  const options = { root, runId, deep, signal: terminal.signal, onProgress };
  const report = await verifyRun(options).finally(() => progress[Symbol.dispose]());
  await writeResult(context, describeVerification(runId, report), () => formatVerification(report));
  if (report.problemCount > 0) throw new DamageFound();
}

/** How far the progress goes, about; 0 of a run that is too damaged to be opened. */
async function countParts(
  { root, settings, terminal }: CommandContext,
  runId: string,
): Promise<number> {
  if (!terminal.showsNotes) return 0;
  try {
    await using run = await openRun({ root, runId, settings, mode: "readOnly" });
    const tables = await run.tables();
    return tables.reduce((sum, table) => sum + table.parts, 0);
  } catch {
    return 0;
  }
}

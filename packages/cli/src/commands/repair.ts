/** `crv repair`: says what can be done about damage, and what is lost. With `--yes` it does it. */

import { repairRun } from "crv";
import { type CommandContext, writeResult } from "../context.js";
import { DamageFound } from "../damage-found.js";
import { describeRepair, formatRepair } from "../format/repair-view.js";
import type { AddCommand } from "./add-command.js";

interface RepairCommandOptions {
  readonly deep: boolean;
  readonly yes: boolean;
}

export const addRepairCommand: AddCommand = (command, contextOf) => {
  command
    .argument("<run>", "run id")
    .option("--deep", "read every byte of every part, too", false)
    .option("--yes", "do it", false)
    .action(async (runId: string, options: RepairCommandOptions) =>
      repair(contextOf(), runId, options),
    );
};

async function repair(
  context: CommandContext,
  runId: string,
  { deep, yes: apply }: RepairCommandOptions,
): Promise<void> {
  const { root, terminal } = context;
  const report = await repairRun({ root, runId, deep, apply, signal: terminal.signal });
  await writeResult(context, describeRepair(runId, report), () => formatRepair(report));
  if (report.problemsLeft > 0) throw new DamageFound();
}

/** `crv repair`: says what can be done about damage, and what is lost. With `--yes` it does it. */
import type { Command } from "commander";
import { repairRun } from "crv";
import { type CommandContext, writeResult } from "../context.js";
import { DamageFound } from "../damage-found.js";
import { describeRepair, formatRepair } from "../format/repair-view.js";

interface RepairCommandOptions {
  readonly deep: boolean;
  readonly yes: boolean;
}

export function addRepairCommand(
  program: Command,
  contextOf: (command: Command) => CommandContext,
): void {
  program
    .command("repair")
    .description("say what can be done about damage, and what is lost; does it with --yes")
    .argument("<run>", "run id")
    .option("--deep", "read every byte of every part, too", false)
    .option("--yes", "do it", false)
    .action(async (runId: string, options: RepairCommandOptions, command: Command) =>
      repair(contextOf(command), runId, options),
    );
}

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

/** Random commands on a run, each compared with the model of it. */
import fc from "fast-check";
import { appendsCommand } from "./appends-command.js";
import { compareNames } from "./compare-names.js";
import { compareAll } from "./compare-run.js";
import { loadCommand } from "./load-command.js";
import { cleanupCommand, optimizeCommand } from "./maintenance-command.js";
import { ModelRun } from "./model-run.js";
import { namesCommand } from "./names-command.js";
import { crashCommand, reopenCommand, trimCommand } from "./process-command.js";
import { RunUnderTest } from "./run-under-test.js";
import { scanCommand } from "./scan-command.js";
import { transactionCommand } from "./transaction-command.js";

export interface ModelOptions {
  readonly seed: number;
  /** Sequences of commands. */
  readonly runs: number;
  readonly commandsMax: number;
}

export interface ModelReport {
  readonly versions: number;
  /** Of the branch into main, with an effect. */
  readonly merges: number;
  readonly kinds: ReadonlyMap<string, number>;
}

/**
 * @throws Error of fast-check, with the shortest sequence that fails, the seed and the path which
 *   replay it.
 */
export async function runModel({ seed, runs, commandsMax }: ModelOptions): Promise<ModelReport> {
  const commands = fc.commands(
    [
      transactionCommand,
      transactionCommand,
      transactionCommand,
      loadCommand,
      loadCommand,
      appendsCommand,
      scanCommand,
      crashCommand,
      reopenCommand,
      trimCommand,
      optimizeCommand,
      cleanupCommand,
      namesCommand,
      namesCommand,
      namesCommand,
    ],
    { maxCommands: commandsMax, size: "max" },
  );
  const kinds = new Map<string, number>();
  let versions = 0;
  let merges = 0;
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      const model = new ModelRun();
      const real = await RunUnderTest.open();
      await fc.asyncModelRun(() => ({ model, real }), sequence);
      await compareAll(model, real);
      await compareNames(model, real);
      versions += model.head;
      merges += model.names.mergeCount;
      for (const command of sequence) {
        const kind = /^\w+/.exec(String(command))?.[0] ?? "";
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }),
    { seed, numRuns: runs },
  );
  return { versions, merges, kinds };
}

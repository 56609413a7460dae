/** Opening a run, once, in a process that has loaded crv and opened nothing yet. */
import { peakMemory } from "../../stopwatch.mjs";
import { openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string, mode: "readWrite" | "readOnly" }} input */
export async function measure({ folder, mode }) {
  const startedAt = performance.now();
  const run = await openBenchRun(folder, { mode });
  const ms = performance.now() - startedAt;
  const { version } = run;
  await run.close();
  return { figures: { ms, memory: peakMemory() }, facts: { version } };
}

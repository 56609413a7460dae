/** All rows of a run as Arrow batches, once, from the page cache. */
import { join } from "node:path";
import { readFiles } from "../../read-files.mjs";
import { peakMemory, timed } from "../../stopwatch.mjs";
import { openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string }} input */
export async function measure({ folder }) {
  const bytes = await readFiles(join(folder, "runs"));
  const run = await openBenchRun(folder, { mode: "readOnly" });
  let rows = 0;
  const ms = await timed(async () => {
    for await (const batch of run.scan("edges")) rows += batch.numRows;
  });
  await run.close();
  return {
    figures: { seconds: ms / 1000, rate: bytes / ms / 1000, memory: peakMemory() },
    facts: { rows },
  };
}

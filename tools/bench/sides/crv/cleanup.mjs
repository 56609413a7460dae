/** Removing parts that no version names. */
import { peakMemory, timed } from "../../stopwatch.mjs";
import { strewParts } from "../../unreferenced-parts.mjs";
import { countRows, openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string, versions: number, files: number }} input */
export async function measure({ folder, versions, files }) {
  strewParts(folder, files);
  const run = await openBenchRun(folder);
  let removed = 0;
  // All versions stay.
  const ms = await timed(async () => {
    removed = (await run.cleanup({ keepVersions: versions })).filesRemoved;
  });
  const memory = peakMemory();
  await run.close();
  const { rows } = await countRows(folder);
  return {
    figures: { seconds: ms / 1000, rate: (1000 * removed) / ms, memory },
    facts: { removed, rows },
  };
}

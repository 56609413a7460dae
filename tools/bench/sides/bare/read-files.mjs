/** All files of a run, read from the page cache. Nothing is decoded, nothing is checked. */
import { join } from "node:path";
import { readFiles } from "../../read-files.mjs";
import { peakMemory, timed } from "../../stopwatch.mjs";

/** @param {{ folder: string }} input */
export async function measure({ folder }) {
  const runs = join(folder, "runs");
  // Fills the page cache.
  const bytes = await readFiles(runs);
  let again = 0;
  const ms = await timed(async () => {
    again = await readFiles(runs);
  });
  return {
    figures: { seconds: ms / 1000, rate: bytes / ms / 1000, memory: peakMemory() },
    facts: { missed: bytes - again },
  };
}

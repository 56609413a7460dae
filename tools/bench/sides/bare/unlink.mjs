/** The same files, removed by a process that knows their names and asks nothing. */
import { existsSync, unlinkSync } from "node:fs";
import { peakMemory, timed } from "../../stopwatch.mjs";
import { strewParts } from "../../unreferenced-parts.mjs";

/** @param {{ folder: string, files: number }} input */
export async function measure({ folder, files }) {
  const paths = strewParts(folder, files);
  const ms = await timed(() => {
    for (const path of paths) unlinkSync(path);
  });
  const removed = paths.filter((path) => !existsSync(path)).length;
  return {
    figures: { seconds: ms / 1000, rate: (1000 * removed) / ms, memory: peakMemory() },
    facts: { removed },
  };
}

/** One append of many rows, given as an array of objects. */
import { edgeAt, TICKS } from "../../edges.mjs";
import { peakMemory, timed } from "../../stopwatch.mjs";
import { countRows, openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string, rows: number, buckets: number }} input */
export async function measure({ folder, rows, buckets }) {
  const objects = Array.from({ length: rows }, (_, i) => edgeAt(i, rows));
  const run = await openBenchRun(folder, { bucketSize: TICKS / buckets });
  const ms = await timed(() => run.append("edges", objects));
  await run.close();
  const { rows: found } = await countRows(folder);
  return {
    figures: { seconds: ms / 1000, rate: rows / ms / 1000, memory: peakMemory() },
    facts: { rows: found },
  };
}

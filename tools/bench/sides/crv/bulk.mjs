/** One append of many rows, given as an Arrow table. */
import * as arrow from "apache-arrow";
import { edgeTable, TICKS } from "../../edges.mjs";
import { peakMemory, timed } from "../../stopwatch.mjs";
import { countRows, openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string, rows: number, buckets: number, order: import("../../edges.mjs").Order }} input */
export async function measure({ folder, rows, buckets, order }) {
  const table = edgeTable(arrow, rows, order);
  const run = await openBenchRun(folder, { bucketSize: TICKS / buckets });
  const ms = await timed(() => run.append("edges", table));
  await run.close();
  const { rows: found } = await countRows(folder);
  return {
    figures: { seconds: ms / 1000, rate: rows / ms / 1000, memory: peakMemory() },
    facts: { rows: found },
  };
}

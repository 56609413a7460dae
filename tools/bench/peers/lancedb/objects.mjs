/** One `add` of many rows, given as an array of objects. */
import { edgeAt } from "../../edges.mjs";
import { peakMemory, timed } from "../../stopwatch.mjs";
import { createBenchTable, edgeOf } from "./bench-table.mjs";

/** @param {{ folder: string, rows: number }} input */
export async function measure({ folder, rows }) {
  const objects = Array.from({ length: rows }, (_, i) => edgeOf(edgeAt(i, rows)));
  const table = await createBenchTable(folder);
  const ms = await timed(() => table.add(objects));
  return {
    figures: { seconds: ms / 1000, rate: rows / ms / 1000, memory: peakMemory() },
    facts: { rows: await table.countRows() },
  };
}

/** One `add` of many rows, given as an Arrow table. */
import { peakMemory, timed } from "../../stopwatch.mjs";
import { createBenchTable, edgesInArrow } from "./bench-table.mjs";

/** @param {{ folder: string, rows: number }} input */
export async function measure({ folder, rows }) {
  const input = edgesInArrow(rows);
  const table = await createBenchTable(folder, input.schema);
  const ms = await timed(() => table.add(input));
  return {
    figures: { seconds: ms / 1000, rate: rows / ms / 1000, memory: peakMemory() },
    facts: { rows: await table.countRows() },
  };
}

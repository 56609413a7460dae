/** One append of rows that come one by one from an async generator. */
import { edgeAt, TICKS } from "../../edges.mjs";
import { peakMemory, timed } from "../../stopwatch.mjs";
import { countRows, openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string, rows: number, chunk: number, buckets: number }} input */
export async function measure({ folder, rows, chunk, buckets }) {
  async function* chunks() {
    for (let start = 0; start < rows; start += chunk) {
      const length = Math.min(chunk, rows - start);
      yield Array.from({ length }, (_, i) => edgeAt(start + i, rows));
    }
  }
  const run = await openBenchRun(folder, { bucketSize: TICKS / buckets });
  const ms = await timed(() => run.append("edges", chunks()));
  const memory = peakMemory();
  await run.close();
  const { rows: found } = await countRows(folder);
  return {
    figures: { seconds: ms / 1000, rate: rows / ms / 1000, memory },
    facts: { rows: found },
  };
}

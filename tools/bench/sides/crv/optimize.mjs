/** Merging all small parts of a run, durably. */
import { peakMemory, timed } from "../../stopwatch.mjs";
import { countRows, openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string, bucketSize?: number }} input */
export async function measure({ folder, bucketSize }) {
  const run = await openBenchRun(folder, { ...(bucketSize && { bucketSize }) });
  const [before] = await run.tables();
  const ms = await timed(() => run.optimize());
  const memory = peakMemory();
  const [after] = await run.tables();
  await run.close();
  const { rows } = await countRows(folder);
  const perSecond = (/** @type {number} */ count) => (1000 * count) / ms;
  return {
    figures: {
      seconds: ms / 1000,
      rows: perSecond(rows),
      parts: perSecond(before?.parts ?? 0),
      memory,
    },
    facts: { rows, parts: after?.parts ?? 0 },
  };
}

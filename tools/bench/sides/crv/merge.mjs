/** Merging a branch, durably. */
import { peakMemory, timed } from "../../stopwatch.mjs";
import { countRows } from "./bench-run.mjs";
import { bucketSizeOf } from "./diverged.mjs";
import { BRANCH, openMergeRun } from "./merge-tables.mjs";

/** @param {import("./diverged.mjs").Diverged & { folder: string }} input as its fixture was given */
export async function measure({ folder, isKeyed, rows, buckets, changed }) {
  const run = await openMergeRun(folder, { isKeyed, bucketSize: bucketSizeOf({ rows, buckets }) });
  let adopted = 0;
  const ms = await timed(async () => {
    const { tables } = await run.merge({ from: BRANCH });
    adopted = tables[0]?.partsAdopted ?? 0;
  });
  const memory = peakMemory();
  await run.close();
  const { rows: found } = await countRows(folder);
  const moved = isKeyed ? 2 * changed : changed;
  return {
    figures: { seconds: ms / 1000, rate: (1000 * moved) / ms, memory },
    facts: { rows: found, adopted },
  };
}

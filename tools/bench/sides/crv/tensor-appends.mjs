/** Entries of the run-wide detectors, one commit each. */
import { openRun } from "crv";
import { median } from "simple-statistics";
import { timed } from "../../stopwatch.mjs";
import { RUN_ID } from "./bench-run.mjs";

/** @param {{ folder: string, appends: number, window: number }} input */
export async function measure({ folder, appends, window }) {
  const run = await openRun({ root: folder, runId: RUN_ID });
  const x = {
    dtype: /** @type {const} */ ("F32"),
    shape: [16, 1024],
    data: new Float32Array(16_384),
  };
  /** @type {number[]} */
  const all = [];
  for (let i = 0; i < appends; i++) {
    all.push(await timed(() => run.tensors.appendDetectors({ step: i }, { layer: { x } })));
  }
  let entries = 0;
  for await (const { index } of run.tensors.iterateDetectors())
    entries += index === entries ? 1 : 0;
  await run.close();
  return {
    figures: { first: median(all.slice(0, window)), last: median(all.slice(-window)) },
    facts: { entries },
  };
}

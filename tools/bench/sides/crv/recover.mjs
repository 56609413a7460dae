/** Opening a run whose writers died. */
import { openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string }} input */
export async function measure({ folder }) {
  const startedAt = performance.now();
  const run = await openBenchRun(folder);
  const seconds = (performance.now() - startedAt) / 1000;
  const { rolledBack } = run.recovered;
  const left = (await run.pending()).length;
  await run.close();
  return { figures: { seconds }, facts: { rolledBack: rolledBack.length, left } };
}

/** One-row durable commits of one process, so many under way at once. */
import { edgeOfCommit } from "../../edges.mjs";
import { timed } from "../../stopwatch.mjs";
import { countRows, openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string, commits: number, warmup: number, inFlight: number }} input */
export async function measure({ folder, commits, warmup, inFlight }) {
  const run = await openBenchRun(folder);
  let next = 0;
  const appendUntil = async (/** @type {number} */ last) => {
    while (next < last) await run.append("edges", [edgeOfCommit(next++)]);
  };
  const appendTogether = (/** @type {number} */ last) =>
    Promise.all(Array.from({ length: inFlight }, () => appendUntil(last)));
  await appendTogether(warmup);
  const ms = await timed(() => appendTogether(warmup + commits));
  await run.close();
  const { rows } = await countRows(folder);
  return { figures: { rate: (1000 * commits) / ms }, facts: { rows } };
}

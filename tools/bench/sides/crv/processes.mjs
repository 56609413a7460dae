/** One-row durable commits of several processes to one run. */
import { fileURLToPath } from "node:url";
import { race } from "../../race.mjs";
import { countRows, openBenchRun } from "./bench-run.mjs";

const WORKER = fileURLToPath(new URL("processes-worker.mjs", import.meta.url));

/** @param {{ folder: string, processes: number, commits: number, warmup: number }} input */
export async function measure({ folder, processes, commits, warmup }) {
  await (await openBenchRun(folder)).close();
  const { ms, landed, failed, failure } = await race(WORKER, processes, {
    folder,
    commits,
    warmup,
  });
  if (failure !== undefined) console.error(failure);
  const { rows } = await countRows(folder);
  return {
    figures: { rate: (1000 * landed) / ms, failed, lost: landed + processes * warmup - rows },
    facts: { rows, failed },
  };
}

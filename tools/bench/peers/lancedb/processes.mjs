/** One-row commits of several processes to one table. LanceDB syncs none of them. */
import { fileURLToPath } from "node:url";
import { race } from "../../race.mjs";
import { createBenchTable } from "./bench-table.mjs";

const WORKER = fileURLToPath(new URL("processes-worker.mjs", import.meta.url));

/** @param {{ folder: string, processes: number, commits: number, warmup: number }} input */
export async function measure({ folder, processes, commits, warmup }) {
  await createBenchTable(folder);
  const { ms, landed, failed, failure } = await race(WORKER, processes, {
    folder,
    commits,
    warmup,
  });
  if (failure !== undefined) console.error(failure);
  return { figures: { rate: (1000 * landed) / ms, failed } };
}

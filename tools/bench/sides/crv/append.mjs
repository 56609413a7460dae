/** One-row durable commits, one after another, on top of what is there. */
import { edgeOfCommit } from "../../edges.mjs";
import { timeCommits } from "../../stopwatch.mjs";
import { countRows, openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string, versions: number, commits: number, warmup: number }} input */
export async function measure({ folder, versions, commits, warmup }) {
  const run = await openBenchRun(folder);
  const figures = await timeCommits({ commits, warmup }, (i) =>
    run.append("edges", [edgeOfCommit(versions + i)]),
  );
  await run.close();
  return { figures, facts: await countRows(folder) };
}

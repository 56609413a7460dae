/** One-row commits, one after another, on top of what is there. LanceDB syncs none of them. */
import { edgeOfCommit } from "../../edges.mjs";
import { timeCommits } from "../../stopwatch.mjs";
import { edgeOf, openBenchTable } from "./bench-table.mjs";

/** @param {{ folder: string, versions: number, commits: number, warmup: number }} input */
export async function measure({ folder, versions, commits, warmup }) {
  const table = await openBenchTable(folder);
  const figures = await timeCommits({ commits, warmup }, (i) =>
    table.add([edgeOf(edgeOfCommit(versions + i))]),
  );
  return { figures, facts: { rows: await table.countRows() } };
}

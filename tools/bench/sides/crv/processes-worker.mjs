/** One of several processes that append to one run. */
import { edgeOfCommit } from "../../edges.mjs";
import { commitWhenTold } from "../../race.mjs";
import { openBenchRun } from "./bench-run.mjs";

const { folder, commits, warmup, worker } = JSON.parse(process.argv[2] ?? "");
const run = await openBenchRun(folder);
const append = (/** @type {number} */ i) =>
  run.append("edges", [edgeOfCommit(worker * (warmup + commits) + i)]);
for (let i = 0; i < warmup; i++) await append(i);
await commitWhenTold(commits, (i) => append(warmup + i));
await run.close();
process.exit(0);

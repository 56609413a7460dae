/** One of several processes that append to one table. */
import { edgeOfCommit } from "../../edges.mjs";
import { commitWhenTold } from "../../race.mjs";
import { edgeOf, openBenchTable } from "./bench-table.mjs";

const { folder, commits, warmup, worker } = JSON.parse(process.argv[2] ?? "");
const table = await openBenchTable(folder);
const add = (/** @type {number} */ i) =>
  table.add([edgeOf(edgeOfCommit(worker * (warmup + commits) + i))]);
for (let i = 0; i < warmup; i++) await add(i).catch(() => undefined);
await commitWhenTold(commits, (i) => add(warmup + i));
process.exit(0);

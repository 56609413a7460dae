/** One-row durable commits, one after another: a write-ahead log, synced at each commit. */
import { join } from "node:path";
import Database from "better-sqlite3";
import { edgeOfCommit } from "../../edges.mjs";
import { timeCommits } from "../../stopwatch.mjs";

/** @param {{ folder: string, commits: number, warmup: number }} input */
export async function measure({ folder, commits, warmup }) {
  const database = new Database(join(folder, "bench.sqlite"));
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("create table edges (tick integer, source text, kind text, weight real)");
  const insert = database.prepare("insert into edges values (@tick, @source, @kind, @weight)");
  const figures = await timeCommits({ commits, warmup }, (i) => insert.run(edgeOfCommit(i)));
  const { rows } = /** @type {{ rows: number }} */ (
    database.prepare("select count(*) as rows from edges").get()
  );
  return { figures, facts: { rows } };
}

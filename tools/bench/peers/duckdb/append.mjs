/** One-row durable commits, one after another, by a prepared statement. */
import { edgeOfCommit } from "../../edges.mjs";
import { timeCommits } from "../../stopwatch.mjs";
import { countEdges, createEdges, openDatabase } from "./bench-database.mjs";

/** @param {{ folder: string, commits: number, warmup: number }} input */
export async function measure({ folder, commits, warmup }) {
  const connection = await openDatabase(folder);
  await createEdges(connection);
  const insert = await connection.prepare("insert into edges values ($1, $2, $3, $4)");
  const figures = await timeCommits({ commits, warmup }, async (i) => {
    const { tick, source, kind, weight } = edgeOfCommit(i);
    insert.bindBigInt(1, BigInt(tick));
    insert.bindVarchar(2, source);
    insert.bindVarchar(3, kind);
    insert.bindDouble(4, weight);
    await insert.run();
  });
  return { figures, facts: { rows: await countEdges(connection) } };
}

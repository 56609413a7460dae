/**
 * Many rows by the appender, committed and checkpointed. From columns of JavaScript values: the Node
 * client takes no Arrow.
 */
import { peakMemory, timed } from "../../stopwatch.mjs";
import {
  appendColumns,
  countEdges,
  createEdges,
  edgesInColumns,
  openDatabase,
} from "./bench-database.mjs";

/** @param {{ folder: string, rows: number }} input */
export async function measure({ folder, rows }) {
  const chunks = edgesInColumns(rows);
  const connection = await openDatabase(folder);
  await createEdges(connection);
  const ms = await timed(async () => {
    await connection.run("begin");
    await appendColumns(connection, chunks);
    await connection.run("commit");
    await connection.run("checkpoint");
  });
  return {
    figures: { seconds: ms / 1000, rate: rows / ms / 1000, memory: peakMemory() },
    facts: { rows: await countEdges(connection) },
  };
}

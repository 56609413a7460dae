/** Fixture: many rows in one Parquet file. */
import { join } from "node:path";
import { appendColumns, createEdges, edgesInColumns, openDatabase } from "./bench-database.mjs";

/** @param {{ folder: string, rows: number }} input */
export async function measure({ folder, rows }) {
  const connection = await openDatabase(folder);
  await createEdges(connection);
  await appendColumns(connection, edgesInColumns(rows));
  const target = join(folder, "edges.parquet");
  await connection.run(`copy edges to '${target}' (format parquet, compression zstd)`);
  return { figures: { rows } };
}

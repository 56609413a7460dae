/** All rows of a Parquet file, and one column of them, into DuckDB's own columns; warm. */
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { timeScans } from "../../time-scans.mjs";

/** @param {{ folder: string, scans: number }} input */
export async function measure({ folder, scans }) {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const file = join(folder, "edges.parquet");
  return timeScans(scans, async (columns) => {
    const result = await connection.run(`select ${columns?.join(", ") ?? "*"} from '${file}'`);
    const chunks = await result.fetchAllChunks();
    return chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
  });
}

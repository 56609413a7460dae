/** The database that DuckDB's sides write and read. */
import { join } from "node:path";
import { BIGINT, DOUBLE, DuckDBDataChunk, DuckDBInstance, VARCHAR } from "@duckdb/node-api";
import { edgeAt } from "../../edges.mjs";

const TYPES = [BIGINT, VARCHAR, VARCHAR, DOUBLE];
const CHUNK_ROWS = 2048;

/** @param {string} folder */
export async function openDatabase(folder) {
  const instance = await DuckDBInstance.create(join(folder, "bench.duckdb"));
  return instance.connect();
}

/** @param {import("@duckdb/node-api").DuckDBConnection} connection */
export async function createEdges(connection) {
  await connection.run(
    "create table edges (tick bigint, source varchar, kind varchar, weight double)",
  );
}

/** Rows as the appender takes them: columns of JavaScript values. @param {number} rows */
export function edgesInColumns(rows) {
  const chunks = [];
  for (let start = 0; start < rows; start += CHUNK_ROWS) {
    const length = Math.min(CHUNK_ROWS, rows - start);
    const edges = Array.from({ length }, (_, i) => edgeAt(start + i, rows));
    chunks.push([
      edges.map(({ tick }) => BigInt(tick)),
      edges.map(({ source }) => source),
      edges.map(({ kind }) => kind),
      edges.map(({ weight }) => weight),
    ]);
  }
  return chunks;
}

/**
 * @param {import("@duckdb/node-api").DuckDBConnection} connection
 * @param {ReturnType<typeof edgesInColumns>} chunks
 */
export async function appendColumns(connection, chunks) {
  const appender = await connection.createAppender("edges");
  for (const columns of chunks) {
    const chunk = DuckDBDataChunk.create(TYPES);
    chunk.setColumns(columns);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

/** @param {import("@duckdb/node-api").DuckDBConnection} connection */
export async function countEdges(connection) {
  const reader = await connection.runAndReadAll("select count(*) from edges");
  return Number(reader.getRows()[0]?.[0]);
}

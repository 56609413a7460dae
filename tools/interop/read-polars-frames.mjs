/**
 * What nodejs-polars has of tables that `toPolars` handed over: each frame is written as Parquet by Polars
 * and read by DuckDB, since Polars gives JavaScript neither binary nor all digits of an int64.
 */
import { register } from "node:module";
import { join } from "node:path";
import { openRun } from "../../packages/crv/dist/index.js";

/** crv looks beside itself, where the peer is not installed; this is what it finds in a program that has it. */
const resolvePeer = `export const resolve = (name, context, next) =>
  next(name, name === "nodejs-polars" ? { ...context, parentURL: ${JSON.stringify(import.meta.url)} } : context);`;

/**
 * @param {{ root: string, runId: string, tables: readonly import("./sample-run.mjs").SampleTable[] }} run
 * @param {Awaited<ReturnType<typeof import("./read-duckdb.mjs").openDuckDb>>} duckdb
 * @returns {Promise<{ name: string, skipped: string } | { name: string, tables: import("./read-duckdb.mjs").PartFacts[] }>}
 */
export async function readPolarsFrames({ root, runId, tables }, duckdb) {
  const name = "nodejs-polars";
  const polars = await import("nodejs-polars").then(
    ({ default: found }) => found,
    () => undefined,
  );
  if (polars === undefined) return { name, skipped: "not installed" };
  register(`data:text/javascript,${encodeURIComponent(resolvePeer)}`);
  const run = await openRun({ root, runId, mode: "readOnly" });
  const facts = [];
  for (const table of tables) {
    const file = join(root, `${runId}-${table.name}.parquet`);
    /** @type {import("nodejs-polars").DataFrame} */
    const frame = await run.scan(table.name).toPolars();
    frame.writeParquet(file);
    const [part] = await duckdb.readParts({ ...table, files: [file] });
    if (part !== undefined) facts.push(part);
  }
  await run.close();
  return { name: `${name} ${polars.version}`, tables: facts };
}

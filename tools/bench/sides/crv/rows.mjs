/** Fixture: a run of many rows in one commit. */
import * as arrow from "apache-arrow";
import { edgeTable, TICKS } from "../../edges.mjs";
import { openBenchRun } from "./bench-run.mjs";

/** @param {{ folder: string, rows: number, buckets: number }} input */
export async function measure({ folder, rows, buckets }) {
  const run = await openBenchRun(folder, { bucketSize: TICKS / buckets });
  await run.append("edges", edgeTable(arrow, rows));
  await run.close();
  return { figures: { rows } };
}

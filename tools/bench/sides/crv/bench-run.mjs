/** The run that crv's sides write and read. */
import { defineTable, openRun } from "crv";
import { columns } from "../../edges.mjs";

export const RUN_ID = "bench";
/** Of the tables that are filled by one-row commits. */
const HISTORY_BUCKET_TICKS = 1000;

/** @param {number} [bucketSize] in ticks */
export function edgesTable(bucketSize = HISTORY_BUCKET_TICKS) {
  return defineTable({ name: "edges", columns, tick: "tick", bucketSize });
}

/**
 * @param {string} root
 * @param {Pick<import("crv").OpenRunOptions<readonly []>, "durability" | "mode" | "onPhase"> & { bucketSize?: number }} [options]
 */
export function openBenchRun(root, { bucketSize, ...options } = {}) {
  // A reader takes the table as the run has it.
  const tables = options.mode === "readOnly" ? [] : [edgesTable(bucketSize)];
  // What is measured is what the benchmark asks for.
  const settings = { autoOptimize: false };
  return openRun({ root, runId: RUN_ID, tables, settings, ...options });
}

/** Rows of the run, counted by a reader that opens it anew. @param {string} root */
export async function countRows(root) {
  const run = await openBenchRun(root, { mode: "readOnly" });
  const rows = await run.scan("edges").count();
  const { version } = run;
  await run.close();
  return { rows, version };
}

/** Times of reading a table, and one column of it, again and again. */
import { median } from "simple-statistics";
import { peakMemory } from "./stopwatch.mjs";

/**
 * The first read of each kind warms up and is left out.
 *
 * @param {number} scans
 * @param {(columns?: readonly string[]) => Promise<number>} scan gives the number of rows read
 * @returns {Promise<import("./benchmark.mjs").Measured>}
 */
export async function timeScans(scans, scan) {
  const all = await timeReads(scans, () => scan());
  const column = await timeReads(scans, () => scan(["weight"]));
  return {
    figures: { all: all.ms, column: column.ms, memory: peakMemory() },
    facts: { rows: all.rows, columnRows: column.rows },
  };
}

/** @param {number} scans @param {() => Promise<number>} read */
async function timeReads(scans, read) {
  let rows = await read();
  /** @type {number[]} */
  const times = [];
  for (let i = 0; i < scans; i++) {
    const startedAt = performance.now();
    rows = await read();
    times.push(performance.now() - startedAt);
  }
  return { ms: median(times), rows };
}

/** Results of the bench: one JSON document for each benchmark, replaced when it is run again. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../workspace.mjs";

export const RESULTS = join(root, "tools", "bench", "results");

/**
 * @typedef {import("./run-benchmark.mjs").BenchmarkResult & {
 *   machine: ReturnType<typeof import("./machine.mjs").machineFacts>, load: readonly number[], note?: string }} KeptResult
 */

/** @param {string} folder @param {KeptResult} result @returns {string} the file */
export function keepResult(folder, result) {
  mkdirSync(folder, { recursive: true });
  const file = fileOf(folder, result.name, result.size);
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
  return file;
}

/**
 * The kept results of full size, in the order of `names`.
 * @param {string} folder
 * @param {readonly string[]} names
 * @returns {readonly KeptResult[]}
 */
export function readResults(folder, names) {
  return names
    .map((name) => fileOf(folder, name, "full"))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, "utf8")));
}

/** @param {string} folder @param {string} name @param {"full" | "small"} size */
function fileOf(folder, name, size) {
  return join(folder, size === "full" ? `${name}.json` : `${name}.small.json`);
}

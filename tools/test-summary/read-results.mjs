/**
 * Adds up what vitest wrote to `.results/vitest.json` in each package.
 *
 * Silence is failure: a package that was to be tested but left no result, or whose run failed for
 * another reason than a failed test (an unhandled rejection, a file that does not load), counts as
 * one failed test.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {{ folder: string, passed: number, failed: number, note?: string, crashPoints?: number }} SuiteResult
 */

/** @param {string} root @param {string} folder */
const resultsFile = (root, folder) => join(root, folder, ".results", "vitest.json");

/**
 * Forgets earlier results, so that an old one cannot stand for a run that never happened. A cached
 * turbo task puts its own back.
 * @param {string} root
 * @param {readonly string[]} folders
 */
export function forgetResults(root, folders) {
  for (const folder of folders) rmSync(resultsFile(root, folder), { force: true });
}

/**
 * @param {string} root
 * @param {readonly string[]} folders
 * @returns {SuiteResult[]} in the order of `folders`
 */
export function readResults(root, folders) {
  return folders.map((folder) => {
    const file = resultsFile(root, folder);
    if (!existsSync(file)) return { folder, passed: 0, failed: 1, note: "did not run" };
    return { folder, ...countResults(JSON.parse(readFileSync(file, "utf8"))) };
  });
}

/**
 * @param {{
 *   success: boolean, numPassedTests: number, numFailedTests: number,
 *   numPendingTests: number, numTodoTests: number,
 *   testResults?: { assertionResults: { meta?: { crashPoints?: number } }[] }[],
 * }} report of vitest's json reporter
 * @returns {Omit<SuiteResult, "folder">}
 */
export function countResults(report) {
  const { success, numPassedTests: passed, numFailedTests: failed } = report;
  const skipped = report.numPendingTests + report.numTodoTests;
  const note = skipped === 0 ? {} : { note: `${skipped} skipped` };
  if (!success && failed === 0) return { passed, failed: 1, note: "failed outside the tests" };
  const points = (report.testResults ?? [])
    .flatMap(({ assertionResults }) => assertionResults)
    .reduce((sum, { meta }) => sum + (meta?.crashPoints ?? 0), 0);
  return { passed, failed, ...note, ...(points > 0 && { crashPoints: points }) };
}

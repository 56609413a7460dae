/**
 * `npm test`: everything that must hold, in one command. Two lanes run side by side: the build with
 * the test suites, and the checks of the source as it stands. Each step is shown when it is done,
 * with its whole output if it failed; a failure stops no other step. The last line is the sum,
 * `N passed, N failed`, in which the build and each check count as one test.
 */
import { runTurbo } from "./build.mjs";
import { setup } from "./setup.mjs";
import { forgetResults, readResults } from "./test-summary/read-results.mjs";
import { collect, root, workspaceFolders } from "./workspace.mjs";

/** @typedef {{ code: number, output: string }} Outcome */

/** The checks that need no build, in the order in which they are run and shown. */
const checks = /** @type {const} */ ([
  ["types", "tsc", ["-p", "tsconfig.json"]],
  ["format and lint", "biome", ["check", "--colors=off", "--error-on-warnings", "."]],
  ["import rules", process.execPath, ["tools/import-dag/check.mjs"]],
  ["forbidden calls", process.execPath, ["tools/forbidden-apis/check.mjs"]],
  ["tidy", process.execPath, ["tools/tidy/check.mjs"]],
]);

let passed = 0;
let failed = 0;

/** @param {string} text @param {number} startedAt */
function heading(text, startedAt) {
  console.log(`${text.padEnd(28)}${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** Shows one finished step and counts it. @param {string} name @param {Outcome} outcome @param {number} startedAt */
function showStep(name, { code, output }, startedAt) {
  heading(`${code === 0 ? "ok    " : "FAILED"} ${name}`, startedAt);
  if (code === 0) passed += 1;
  else failed += 1;
  if (code !== 0) console.log(`\n${output.trim()}\n`);
}

async function runChecks() {
  for (const [name, command, args] of checks) {
    const startedAt = Date.now();
    showStep(name, await collect(command, args), startedAt);
  }
}

async function buildAndTest() {
  const folders = workspaceFolders();
  forgetResults(root, folders);
  const startedAt = Date.now();
  showStep("build", await runTurbo(["build"]), startedAt);
  const testsStartedAt = Date.now();
  const outcome = await runTurbo(["test"]);
  return () => showSuites(readResults(root, folders), outcome, testsStartedAt);
}

/**
 * @param {readonly import("./test-summary/read-results.mjs").SuiteResult[]} suites
 * @param {Outcome} outcome
 * @param {number} startedAt
 */
function showSuites(suites, { code, output }, startedAt) {
  const suitesFailed = suites.reduce((sum, suite) => sum + suite.failed, 0);
  heading(`${code === 0 && suitesFailed === 0 ? "ok    " : "FAILED"} test suites`, startedAt);
  if (code !== 0) console.log(`\n${output.trim()}\n`);
  for (const suite of suites) {
    const bad = suite.failed === 0 ? "" : `, ${suite.failed} failed`;
    const note = suite.note === undefined ? "" : ` (${suite.note})`;
    const points = suite.crashPoints === undefined ? "" : `, ${suite.crashPoints} crash points`;
    console.log(`       ${suite.folder.padEnd(28)}${suite.passed} passed${bad}${note}${points}`);
    passed += suite.passed;
    failed += suite.failed;
  }
  if (code !== 0 && suitesFailed === 0) failed += 1; // turbo itself failed
}

if (setup()) {
  const [showTests] = await Promise.all([buildAndTest(), runChecks()]);
  showTests();
} else {
  failed += 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

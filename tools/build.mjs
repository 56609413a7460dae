/** Builds the workspace, declarations included: `node tools/build.mjs`. */
import { fileURLToPath } from "node:url";
import { setup } from "./setup.mjs";
import { collect } from "./workspace.mjs";

/**
 * Installs, then builds what is needed to run. Silent unless it fails, and then on stderr only.
 * @param {string} packageName
 * @returns {Promise<boolean>} whether the package and all that it imports are built
 */
export async function buildToRun(packageName) {
  return setup() && succeeds(await runTurbo(["build"], [`--filter=${packageName}...`]));
}

/**
 * Runs turbo tasks; the output holds what failed, whole and grouped by package.
 * @param {readonly ("build" | "declarations" | "test")[]} tasks
 * @param {readonly string[]} [options]
 */
export function runTurbo(tasks, options = []) {
  const quiet = ["--output-logs=errors-only", "--log-order=grouped", "--log-prefix=none"];
  const keepGoing = "--continue=dependencies-successful";
  // Two tasks for each core: a suite waits for the disk as often as for a core. Turbo's ten would thrash two cores.
  const concurrency = "--concurrency=200%";
  return collect("turbo", ["run", ...tasks, keepGoing, concurrency, ...quiet, ...options]);
}

/** @param {{ code: number, output: string }} outcome */
function succeeds({ code, output }) {
  if (code !== 0) console.error(output);
  return code === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isBuilt = setup() && succeeds(await runTurbo(["build", "declarations"]));
  process.exitCode = isBuilt ? 0 : 1;
}

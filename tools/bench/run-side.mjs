/** Starts the process of one trial and takes what it measured. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const MEASURE = fileURLToPath(new URL("measure-side.mjs", import.meta.url));
/** Of one trial: only for what hangs. */
const TIMEOUT_MS = 60 * 60 * 1000;

/** @param {string} script `<side>/<name>` */
export function scriptFile(script) {
  const [side] = script.split("/");
  const folder = side === "crv" || side === "bare" ? "sides" : "peers";
  return fileURLToPath(new URL(`${folder}/${script}.mjs`, import.meta.url));
}

/**
 * @param {string} script
 * @param {Readonly<Record<string, unknown>>} input
 * @param {readonly string[]} [nodeOptions]
 * @returns {Promise<import("./benchmark.mjs").Measured>}
 * @throws {Error} naming the script, with what it wrote to stderr
 */
export function runSide(script, input, nodeOptions = []) {
  const args = [...nodeOptions, MEASURE, scriptFile(script), JSON.stringify(input)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      const line = stdout.trimEnd().split("\n").at(-1) ?? "";
      if (error === null && line.startsWith("{")) {
        resolve({ figures: {}, facts: {}, ...JSON.parse(line) });
        return;
      }
      const cause = stderr.trim() || stdout.trim() || String(error);
      reject(new Error(`${script} ${JSON.stringify(input)} failed: ${cause}`));
    });
  });
}

/**
 * The process of one trial: `node measure-side.mjs <script> <input as JSON>`. Loads the script of a
 * side, lets it measure, and prints what it measured as one line of JSON.
 */
import { pathToFileURL } from "node:url";

const [script = "", input = "{}"] = process.argv.slice(2);
const { measure } = await import(pathToFileURL(script).href);
const measured = await measure(JSON.parse(input));
// A peer may keep threads that would hold the process.
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));

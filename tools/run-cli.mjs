/**
 * `npm run -s crv -- <args>`: the crv command from source control. Builds it first when it was never
 * built; stdout belongs to the command alone.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildToRun } from "./build.mjs";
import { root } from "./workspace.mjs";

const main = join(root, "packages", "cli", "dist", "main.js");

const isBuilt = existsSync(main);
if (!isBuilt) console.error("building the crv command: once, some seconds");
if (isBuilt || (await buildToRun("@crv/cli"))) {
  process.argv.splice(1, 1, main);
  await import(pathToFileURL(main).href);
} else {
  process.exitCode = 1;
}

/**
 * `npm run bench`: measures crv, the bare loop and the peers that run here, side by side, and says
 * which aims are met. Missing an aim is a finding, not a failure: the exit code is 0 when all was
 * measured.
 */
import { buildToRun } from "../build.mjs";
import { parseOptions, USAGE } from "./options.mjs";

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  if (!(await buildToRun("crv"))) return 1;
  // Loaded late: what it imports is installed by the build.
  const { bench } = await import("./bench.mjs");
  await bench(options, {
    show: (markdown) => console.log(`${markdown}\n`),
    log: (text) => console.error(text),
  });
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof RangeError ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = error instanceof RangeError ? 2 : 1;
}

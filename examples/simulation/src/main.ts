/** The command: `node dist/main.js --agents 1000 --ticks 200`. */
import { parseOptions, USAGE } from "./options.js";
import { type SimulationOptions, simulate } from "./simulate.js";

function readOptions(): SimulationOptions | undefined {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return undefined;
  }
}

const options = readOptions();
if (options === undefined) {
  process.exitCode = 2;
} else {
  const { runId, path, version, resumedAt, rows } = await simulate(options);
  console.log(`run ${runId}, version ${version}, in ${path}`);
  if (resumedAt > 0) console.log(`went on at tick ${resumedAt}`);
  for (const [table, count] of Object.entries(rows)) {
    console.log(`${table.padEnd(16)}${count.toLocaleString("en-US").padStart(12)} rows`);
  }
}

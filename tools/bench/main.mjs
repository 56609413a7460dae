/**
 * `npm run bench`: measures crv, the bare loop and the peers that run here, side by side, and says
 * which aims are met. Missing an aim is a finding, not a failure: the exit code is 0 when all was
 * measured.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildToRun } from "../build.mjs";
import { root } from "../workspace.mjs";
import { CACHE, freshFolder, removeFolder } from "./folders.mjs";
import { parseOptions, USAGE } from "./options.mjs";

const PAGE = join(root, "docs", "benchmarks.md");
const OWN_SIDES = ["crv", "bare"];

/** @param {import("./options.mjs").BenchOptions} options */
async function bench(options) {
  // Loaded late: what the scripts import must be built first.
  const [{ suite }, { runBenchmark }, { keepResult, RESULTS }, { describeResult }, peers, machine] =
    await Promise.all([
      import("./suite.mjs"),
      import("./run-benchmark.mjs"),
      import("./results.mjs"),
      import("./markdown.mjs"),
      import("./peers.mjs"),
      import("./machine.mjs"),
    ]);
  const { names, size, repeat, note, results = RESULTS } = options;
  const unknown = names.find((name) => suite.every((one) => one.name !== name));
  if (unknown !== undefined) {
    const known = suite.map(({ name }) => name).join(", ");
    throw new RangeError(`there is no benchmark "${unknown}": there are ${known}`);
  }
  const all = [...OWN_SIDES, ...Object.keys(peers.PEERS)];
  const sides = options.sides ?? all;
  const stranger = sides.find((side) => !all.includes(side));
  if (stranger !== undefined) {
    throw new RangeError(`there is no side "${stranger}": there are ${all.join(", ")}`);
  }
  if (sides.some((side) => !OWN_SIDES.includes(side))) peers.installPeers();
  const missing = await peers.missingPeers(sides);
  for (const [side, reason] of Object.entries(missing))
    console.error(`${side} is skipped: ${reason}`);
  const whySkipped = (/** @type {string} */ side) =>
    sides.includes(side) ? missing[side] : "not asked for";
  // What is small is made anew; what takes minutes is kept.
  const cache = size === "small" ? freshFolder() : CACHE;
  for (const benchmark of suite.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const facts = machine.machineFacts();
    const log = (/** @type {string} */ text) => console.error(`${benchmark.name}: ${text}`);
    const measured = await runBenchmark(benchmark, { size, repeat, whySkipped, log, cache });
    const result = { ...measured, machine: facts, ...(note !== undefined && { note }) };
    keepResult(results, result);
    console.log(`${describeResult(benchmark, result)}\n`);
  }
  if (size === "small") removeFolder(cache);
  if (options.docs) await writeDocs(results);
}

/** @param {string} results */
async function writeDocs(results) {
  const { suite } = await import("./suite.mjs");
  const { readResults } = await import("./results.mjs");
  const { describeMachine, describeResult, replaceResults } = await import("./markdown.mjs");
  const kept = readResults(
    results,
    suite.map(({ name }) => name),
  );
  const [newest] = [...kept].sort((a, b) => b.at.localeCompare(a.at));
  if (newest === undefined) throw new Error("there are no results of full size to write");
  const tables = suite.flatMap((benchmark) =>
    kept.filter(({ name }) => name === benchmark.name).map((one) => describeResult(benchmark, one)),
  );
  const text = [describeMachine(newest.machine), ...tables].join("\n\n");
  writeFileSync(PAGE, replaceResults(readFileSync(PAGE, "utf8"), text));
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else if (await buildToRun("crv")) await bench(options);
  else process.exitCode = 1;
} catch (error) {
  console.error(error instanceof RangeError ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = error instanceof RangeError ? 2 : 1;
}

/** Runs the asked benchmarks with the asked sides, keeps what they gave and shows it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../workspace.mjs";
import { CACHE, freshFolder, removeFolder } from "./folders.mjs";
import { machineFacts, machineLoad } from "./machine.mjs";
import { describeMachine, describeResult, replaceResults } from "./markdown.mjs";
import { installPeers, missingPeers, PEERS } from "./peers.mjs";
import { keepResult, RESULTS, readResults } from "./results.mjs";
import { runBenchmark } from "./run-benchmark.mjs";
import { suite } from "./suite.mjs";

const PAGE = join(root, "docs", "benchmarks.md");
const OWN_SIDES = ["crv", "bare"];
const SIDES = [...OWN_SIDES, ...Object.keys(PEERS)];

/**
 * Requires: crv is built.
 *
 * @param {import("./options.mjs").BenchOptions} options
 * @param {object} output
 * @param {(markdown: string) => void} output.show each result
 * @param {(text: string) => void} output.log progress
 * @throws {RangeError} for a benchmark or a side that there is not
 */
export async function bench(options, output) {
  if (options.names.length > 0 || !options.docs) await measureAll(options, output);
  if (options.docs) writePage(options.results ?? RESULTS);
}

/**
 * @param {import("./options.mjs").BenchOptions} options
 * @param {Parameters<typeof bench>[1]} output
 */
async function measureAll(options, { show, log }) {
  const { names, size, repeat, note, results = RESULTS, sides = SIDES, historyMax } = options;
  checkKnown(
    "benchmark",
    names,
    suite.map(({ name }) => name),
  );
  checkKnown("side", sides, SIDES);
  if (sides.some((side) => !OWN_SIDES.includes(side))) installPeers();
  const missing = await missingPeers(sides);
  for (const [side, reason] of Object.entries(missing)) log(`${side} is skipped: ${reason}`);
  /** @param {import("./benchmark.mjs").Case} one */
  const whySkipped = ({ side, fixture }) => {
    if (!sides.includes(side)) return "not asked for";
    const isLong = Number(fixture?.input.versions ?? 0) > historyMax;
    return isLong ? `history of more than ${historyMax} versions` : missing[side];
  };
  const machine = machineFacts();
  // What is small is made anew; what takes minutes is kept.
  const cache = size === "small" ? freshFolder() : CACHE;
  try {
    for (const benchmark of suite) {
      if (names.length > 0 && !names.includes(benchmark.name)) continue;
      const load = machineLoad();
      const measured = await runBenchmark(benchmark, {
        ...{ size, repeat, whySkipped, cache },
        log: (text) => log(`${benchmark.name}: ${text}`),
      });
      const result = { ...measured, load, machine, ...(note !== undefined && { note }) };
      keepResult(results, result);
      show(describeResult(benchmark, result));
    }
  } finally {
    if (size === "small") removeFolder(cache);
  }
}

/** @param {string} what @param {readonly string[]} asked @param {readonly string[]} known */
function checkKnown(what, asked, known) {
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new RangeError(`there is no ${what} "${unknown}": there are ${known.join(", ")}`);
}

/** @param {string} results */
function writePage(results) {
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

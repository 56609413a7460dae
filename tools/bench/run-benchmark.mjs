/** Runs one benchmark: its cases side by side, several times, and the medians of what they gave. */
import { isDeepStrictEqual } from "node:util";
import { median } from "simple-statistics";
import { fixtureFolder, freshFolder, linkFolder, removeFolder } from "./folders.mjs";
import { runSide } from "./run-side.mjs";

/**
 * @typedef {import("./benchmark.mjs").Benchmark} Benchmark
 * @typedef {import("./benchmark.mjs").Case} Case
 * @typedef {import("./benchmark.mjs").Figures} Figures
 *
 * @typedef {object} CaseResult
 * @property {string} label
 * @property {string} side
 * @property {Readonly<Record<string, number>>} medians
 * @property {readonly Figures[]} trials
 * @property {string} [skipped] the reason
 *
 * @typedef {object} BenchmarkResult
 * @property {string} name
 * @property {string} at ISO 8601
 * @property {"full" | "small"} size
 * @property {number} repeat
 * @property {readonly CaseResult[]} cases
 * @property {readonly import("./benchmark.mjs").Verdict[]} verdicts
 */

/**
 * @param {Benchmark} benchmark
 * @param {object} options
 * @param {"full" | "small"} options.size
 * @param {number | undefined} options.repeat
 * @param {(one: Case) => string | undefined} options.whySkipped
 * @param {(text: string) => void} options.log
 * @param {string} options.cache folder of fixtures
 * @returns {Promise<BenchmarkResult>}
 */
export async function runBenchmark(benchmark, options) {
  const { size, repeat = benchmark.repeat, whySkipped, log, cache } = options;
  const at = new Date().toISOString();
  const cases = benchmark.cases(size);
  const chosen = cases.filter((one) => whySkipped(one) === undefined);
  /** @type {Map<string, Figures[]>} */
  const trials = new Map(chosen.map(({ label }) => [label, []]));
  /** @type {Map<string, string>} */
  const failures = new Map();
  for (let round = 0; round < repeat; round++) {
    // Every other round backwards, so that no case is always after the same one.
    for (const one of round % 2 === 0 ? chosen : [...chosen].reverse()) {
      if (failures.has(one.label)) continue;
      const figures = await runTrial(one, cache, log).catch((error) => {
        if (isOurs(one)) throw error;
        failures.set(one.label, summary(error));
        log(`${one.label} is skipped: ${error}`);
      });
      if (figures === undefined) continue;
      trials.get(one.label)?.push(figures);
      log(`${round + 1}/${repeat} ${one.label}: ${shown(benchmark, figures)}`);
    }
  }
  const results = cases.map((one) => {
    const { label, side } = one;
    const skipped = whySkipped(one) ?? failures.get(label);
    const own = (skipped === undefined && trials.get(label)) || [];
    return { label, side, medians: medians(own), trials: own, ...(skipped && { skipped }) };
  });
  const byLabel = new Map(results.map((result) => [result.label, result.medians]));
  const verdicts = benchmark.judge((label, figure) => byLabel.get(label)?.[figure], size);
  return { name: benchmark.name, at, size, repeat, cases: results, verdicts };
}

/** What a peer cannot do here is a note in its results; what we cannot is a failure. @param {Case} one */
function isOurs({ side }) {
  return side === "crv" || side === "bare";
}

/** @param {unknown} error */
function summary(error) {
  const { message } = /** @type {Error} */ (error);
  return message.match(/^\s*\w*Error: .*$/m)?.[0].trim() ?? message.split("\n")[0] ?? "";
}

/**
 * @param {Case} one
 * @param {string} cache
 * @param {(text: string) => void} log
 * @returns {Promise<Figures>}
 */
async function runTrial(one, cache, log) {
  const { label, script, input, expects, fixture, use, nodeOptions } = one;
  const kept = fixture && (await fixtureFolder(cache, fixture, log));
  const isShared = kept !== undefined && use === "shared";
  const folder = isShared ? kept : freshFolder();
  try {
    if (kept !== undefined && !isShared) linkFolder(kept, folder);
    const { figures, facts } = await runSide(script, { ...input, folder }, nodeOptions);
    if (expects !== undefined && !isDeepStrictEqual(facts, expects)) {
      throw new Error(
        `${label} did ${JSON.stringify(facts)} instead of ${JSON.stringify(expects)}`,
      );
    }
    return figures;
  } finally {
    if (!isShared) removeFolder(folder);
  }
}

/** @param {readonly Figures[]} trials @returns {Readonly<Record<string, number>>} */
function medians(trials) {
  const names = Object.keys(trials[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, median(trials.map((figures) => figures[name] ?? Number.NaN))]),
  );
}

/** @param {Benchmark} benchmark @param {Figures} figures */
function shown({ columns }, figures) {
  return Object.entries(columns)
    .flatMap(([name, { title, digits }]) => {
      const value = figures[name];
      return value === undefined ? [] : [`${title} ${value.toFixed(digits)}`];
    })
    .join(", ");
}

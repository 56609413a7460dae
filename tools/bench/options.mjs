/** What the bench is told on its command line. */
import { parseArgs } from "node:util";

/**
 * @typedef {object} BenchOptions
 * @property {readonly string[]} names of benchmarks; none = all, or with `docs` none
 * @property {"full" | "small"} size
 * @property {number | undefined} repeat trials of each case; undefined = as the benchmark says
 * @property {readonly string[] | undefined} sides undefined = all
 * @property {number} historyMax cases on longer histories are skipped
 * @property {string | undefined} results folder of the results; undefined = tools/bench/results
 * @property {boolean} docs afterwards write the tables of docs/benchmarks.md
 * @property {string | undefined} note on the machine's load, kept with the results
 * @property {boolean} help
 */

export const USAGE = `npm run bench -- [benchmark ...] [options]
  --small          sizes that take seconds; they say nothing about speed
  --repeat N       trials of each case; medians are taken (3, or as the benchmark says)
  --sides A,B      of crv, bare, lancedb, duckdb, polars, sqlite (all that run here)
  --history-max N  skips cases on histories of more than N versions, which take long to build
  --note TEXT      kept with the results: what else ran on the machine
  --results FOLDER where results are kept (tools/bench/results)
  --docs           write all kept results of full size into docs/benchmarks.md; without a benchmark, run none`;

/**
 * @param {readonly string[]} args
 * @returns {BenchOptions}
 * @throws {RangeError} naming the option
 */
export function parseOptions(args) {
  const text = { type: /** @type {const} */ ("string") };
  const flag = { type: /** @type {const} */ ("boolean"), default: false };
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      small: flag,
      docs: flag,
      help: flag,
      repeat: text,
      "history-max": text,
      sides: text,
      results: text,
      note: text,
    },
  });
  return {
    names: positionals,
    size: values.small ? "small" : "full",
    repeat: countOf("repeat", values.repeat),
    historyMax: countOf("history-max", values["history-max"]) ?? Number.POSITIVE_INFINITY,
    sides: values.sides?.split(","),
    results: values.results,
    note: values.note,
    docs: values.docs,
    help: values.help,
  };
}

/** @param {string} name @param {string | undefined} value */
function countOf(name, value) {
  if (value === undefined) return undefined;
  const count = Number(value);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new RangeError(`--${name} must be a whole number, at least 1 (got: ${value})`);
}

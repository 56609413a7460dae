/** What the bench is told on its command line. */
import { parseArgs } from "node:util";

/**
 * @typedef {object} BenchOptions
 * @property {readonly string[]} names of benchmarks; none = all
 * @property {"full" | "small"} size
 * @property {number | undefined} repeat trials of each case; undefined = as the benchmark says
 * @property {readonly string[] | undefined} sides undefined = all
 * @property {string | undefined} results folder of the results; undefined = tools/bench/results
 * @property {boolean} docs write the tables of docs/benchmarks.md
 * @property {string | undefined} note on the machine's load, kept with the results
 * @property {boolean} help
 */

export const USAGE = `npm run bench -- [benchmark ...] [options]
  --small          sizes that take seconds; they say nothing about speed
  --repeat N       trials of each case; medians are taken (3, or as the benchmark says)
  --sides A,B      of crv, bare, lancedb, duckdb, polars, sqlite (all that run here)
  --note TEXT      kept with the results: what else ran on the machine
  --results FOLDER where results are kept (tools/bench/results)
  --docs           write all kept results of full size into docs/benchmarks.md`;

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
      sides: text,
      results: text,
      note: text,
    },
  });
  const repeat = values.repeat === undefined ? undefined : Number(values.repeat);
  if (repeat !== undefined && !(Number.isSafeInteger(repeat) && repeat >= 1)) {
    throw new RangeError(`--repeat must be a whole number, at least 1 (got: ${values.repeat})`);
  }
  return {
    names: positionals,
    size: values.small ? "small" : "full",
    repeat,
    sides: values.sides?.split(","),
    results: values.results,
    note: values.note,
    docs: values.docs,
    help: values.help,
  };
}

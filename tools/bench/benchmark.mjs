/**
 * What a benchmark is. Each file of `benchmarks/` exports one.
 *
 * A *case* is measured in a process of its own: a *script* of one *side* (crv, the bare loop or a
 * peer) with its input. It gives *figures*, whose medians over the trials are compared, and *facts*,
 * such as the number of rows read back, which must be those that the case expects: what did the
 * wrong thing is not measured.
 *
 * @typedef {"crv" | "bare" | "lancedb" | "duckdb" | "polars" | "sqlite"} Side
 * @typedef {Readonly<Record<string, number>>} Figures
 * @typedef {{ readonly figures: Figures, readonly facts: Readonly<Record<string, number>> }} Measured
 *
 * @typedef {object} Fixture a folder that a script fills once; it is kept between runs of the bench
 * @property {string} script
 * @property {Readonly<Record<string, unknown>>} input
 *
 * @typedef {object} Case
 * @property {string} label unique in its benchmark
 * @property {Side} side
 * @property {string} script `crv/append` is sides/crv/append.mjs, `lancedb/append` is peers/lancedb/append.mjs
 * @property {Readonly<Record<string, unknown>>} input besides `folder`
 * @property {Readonly<Record<string, number>>} [expects] facts
 * @property {Fixture} [fixture] the case gets its folder; default: an empty one
 * @property {"copy" | "shared"} [use] of the fixture: a copy for cases that write (the default)
 * @property {readonly string[]} [nodeOptions]
 *
 * @typedef {(label: string, figure: string) => number | undefined} FigureOf the median; undefined when the case was skipped
 * @typedef {object} Verdict
 * @property {string} aim
 * @property {string} found
 * @property {boolean | undefined} met undefined: only reported, or a side of it was skipped
 *
 * @typedef {object} Column
 * @property {string} title with its unit
 * @property {number} digits after the point
 *
 * @typedef {object} Benchmark
 * @property {string} name
 * @property {string} title
 * @property {string} method one or two sentences for docs/benchmarks.md
 * @property {number} repeat
 * @property {Readonly<Record<string, Column>>} columns by figure
 * @property {(size: "full" | "small") => readonly Case[]} cases
 * @property {(of: FigureOf, size: "full" | "small") => readonly Verdict[]} judge
 */

/**
 * An aim about a number that may be unknown.
 * @param {string} aim
 * @param {number | undefined} value
 * @param {(value: number) => boolean} isMet
 * @param {(value: number) => string} show
 * @returns {Verdict}
 */
export function verdict(aim, value, isMet, show) {
  if (value === undefined || !Number.isFinite(value)) {
    return { aim, found: "not measured", met: undefined };
  }
  return { aim, found: show(value), met: isMet(value) };
}

/**
 * A number that is reported without an aim.
 * @param {string} what
 * @param {number | undefined} value
 * @param {(value: number) => string} show
 * @returns {Verdict}
 */
export function report(what, value, show) {
  return { ...verdict(what, value, () => true, show), met: undefined };
}

/** @param {number | undefined} a @param {number | undefined} b */
export function ratio(a, b) {
  return a === undefined || b === undefined ? undefined : a / b;
}

/** The largest over the smallest. @param {readonly (number | undefined)[]} values */
export function spread(values) {
  const known = values.filter((value) => value !== undefined);
  if (known.length < 2 || known.length < values.length) return undefined;
  return Math.max(...known) / Math.min(...known);
}

/** @param {number} value */
export const times = (value) => `${value.toFixed(2)} ×`;
/** @param {number} value */
export const milliseconds = (value) => `${value.toFixed(1)} ms`;
/** @param {number} value */
export const megabytes = (value) => `${value.toFixed(0)} MB`;
/** @param {number} count `1000` is `1,000` */
export const grouped = (count) => count.toLocaleString("en-US");

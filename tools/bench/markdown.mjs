/** Results as Markdown, as the bench prints them and docs/benchmarks.md shows them. */
import { markdownTable } from "markdown-table";

/**
 * @typedef {import("./benchmark.mjs").Benchmark} Benchmark
 * @typedef {import("./results.mjs").KeptResult} KeptResult
 */

export const BEGIN = "<!-- results: written by npm run bench -- --docs -->";
export const END = "<!-- end of results -->";

/** One benchmark: its cases and its aims. @param {Benchmark} benchmark @param {KeptResult} result */
export function describeResult({ title, method, columns }, result) {
  const measured = result.cases.filter(({ skipped }) => skipped === undefined);
  const skipped = result.cases.filter((one) => one.skipped !== undefined);
  const shown = Object.entries(columns).filter(([name]) =>
    measured.some(({ medians }) => medians[name] !== undefined),
  );
  const rows = measured.map(({ label, medians }) => [
    label,
    ...shown.map(([name, { digits }]) => formatNumber(medians[name], digits)),
  ]);
  const figures = markdownTable([["", ...shown.map(([, { title: head }]) => head)], ...rows], {
    align: ["l", ...shown.map(() => "r")],
  });
  const aims = markdownTable([
    ["aim", "found", "met"],
    ...result.verdicts.map(({ aim, found, met }) => [aim, found, formatMet(met)]),
  ]);
  const repeats = result.repeat === 1 ? "One trial" : `Medians of ${result.repeat} trials`;
  const notes = [`${repeats}, ${result.at.slice(0, 10)}, load ${result.load.join(" ")}.`];
  if (result.note !== undefined) notes.push(`${result.note}.`);
  if (skipped.length > 0) {
    notes.push(`Skipped: ${skipped.map((one) => `${one.label} (${one.skipped})`).join("; ")}.`);
  }
  return [`### ${title}`, method, notes.join(" "), figures, aims].join("\n\n");
}

/** What the machine is, in one line. @param {KeptResult["machine"]} machine */
export function describeMachine({ node, system, processor, memoryGiB, fsync }) {
  return `${processor}, ${memoryGiB} GiB; ${system}; Node ${node}. Sync of 4 KiB: p50 ${fsync.p50Ms} ms, p99 ${fsync.p99Ms} ms.`;
}

/**
 * The page with its results replaced.
 * @param {string} page
 * @param {string} results
 * @throws {Error} when the page has no place for them
 */
export function replaceResults(page, results) {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`the page has no "${BEGIN}" before "${END}"`);
  return `${page.slice(0, start)}${BEGIN}\n\n${results}\n\n${page.slice(end)}`;
}

/** @param {number | undefined} value @param {number} digits */
function formatNumber(value, digits) {
  if (value === undefined || value === null) return "";
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString("en-US", options);
}

/** @param {boolean | undefined} met */
function formatMet(met) {
  if (met === undefined) return "";
  return met ? "yes" : "**no**";
}

/** Times of repeated work, in ms. */
import { median, quantile } from "simple-statistics";

/** @param {() => unknown} work @returns {Promise<number>} */
export async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/**
 * Times of one durable commit after another.
 *
 * @param {{ commits: number, warmup: number }} counts
 * @param {(i: number) => unknown} commit
 * @returns {Promise<import("./benchmark.mjs").Figures>}
 */
export async function timeCommits({ commits, warmup }, commit) {
  /** @type {number[]} */
  const all = [];
  for (let i = 0; i < warmup + commits; i++) {
    const ms = await timed(() => commit(i));
    if (i >= warmup) all.push(ms);
  }
  const total = all.reduce((sum, ms) => sum + ms, 0);
  return { p50: median(all), p99: quantile(all, 0.99), rate: (1000 * commits) / total };
}

/** Largest resident memory of this process so far, in MB. */
export function peakMemory() {
  return (process.resourceUsage().maxRSS * 1024) / 1e6;
}

import { grouped, milliseconds, ratio, report, spread, times, verdict } from "../benchmark.mjs";

const SIZES = {
  full: { versions: [100, 1000, 10_000, 100_000], peer: [100, 1000], commits: 500, warmup: 500 },
  small: { versions: [5, 20], peer: [5], commits: 3, warmup: 1 },
};
const BARE = "bare loop";

/** @param {string} who @param {number} versions */
const after = (who, versions) => `${who}, after ${grouped(versions)} versions`;

/** @type {import("../benchmark.mjs").Benchmark} */
export const append = {
  name: "append",
  title: "One-row durable appends",
  method:
    "One process, one commit at a time, each acknowledged before the next; 500 are timed, after 500 that warm up Node's compiler. LanceDB syncs nothing, so it does less.",
  repeat: 3,
  columns: {
    p50: { title: "p50 ms", digits: 2 },
    p99: { title: "p99 ms", digits: 2 },
    rate: { title: "commits/s", digits: 0 },
  },
  cases(size) {
    const { versions, peer, commits, warmup } = SIZES[size];
    const input = { commits, warmup };
    const landed = commits + warmup;
    return [
      { label: BARE, side: "bare", script: "bare/append", input, expects: { records: landed } },
      ...versions.map((count) => ({
        label: after("crv", count),
        side: /** @type {const} */ ("crv"),
        script: "crv/append",
        input: { ...input, versions: count },
        fixture: { script: "crv/history", input: { versions: count } },
        expects: { rows: count + landed, version: count + landed },
      })),
      ...peer.map((count) => ({
        label: after("LanceDB", count),
        side: /** @type {const} */ ("lancedb"),
        script: "lancedb/append",
        input: { ...input, versions: count },
        fixture: { script: "lancedb/history", input: { versions: count } },
        expects: { rows: count + landed },
      })),
      {
        label: "DuckDB",
        side: "duckdb",
        script: "duckdb/append",
        input,
        expects: { rows: landed },
      },
      {
        label: "SQLite",
        side: "sqlite",
        script: "sqlite/append",
        input,
        expects: { rows: landed },
      },
    ];
  },
  judge(of, size) {
    const { versions, peer } = SIZES[size];
    const p50s = versions.map((count) => of(after("crv", count), "p50"));
    return [
      ...versions.map((count, at) =>
        verdict(
          `p50 after ${grouped(count)} versions at most 1.5 × the bare loop`,
          ratio(p50s[at], of(BARE, "p50")),
          (value) => value <= 1.5,
          times,
        ),
      ),
      ...peer.map((count) =>
        verdict(
          `after ${grouped(count)} versions at least 2 × LanceDB's rate`,
          ratio(of(after("crv", count), "rate"), of(after("LanceDB", count), "rate")),
          (value) => value >= 2,
          times,
        ),
      ),
      verdict("flat: p50s within 20 % of each other", spread(p50s), (value) => value <= 1.2, times),
      report("p50 of DuckDB", of("DuckDB", "p50"), milliseconds),
      report("p50 of SQLite", of("SQLite", "p50"), milliseconds),
    ];
  },
};

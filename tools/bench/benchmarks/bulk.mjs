import { grouped, ratio, report, times, verdict } from "../benchmark.mjs";

const SIZES = {
  full: { rows: 5_000_000, few: 20, many: 2000 },
  small: { rows: 4000, few: 4, many: 40 },
};
const NODE_OPTIONS = ["--max-old-space-size=8192"];

/** @param {number} buckets @param {string} [order] */
const crv = (buckets, order = "") => `crv, ${grouped(buckets)} buckets${order}`;

/** @type {import("../benchmark.mjs").Benchmark} */
export const bulk = {
  name: "bulk",
  title: "Bulk append of Arrow batches",
  method:
    "5,000,000 rows (int64, two dictionaries of text, double), in memory as Arrow, in one commit. Polars and LanceDB take the same Arrow and do not sync; DuckDB's appender takes columns of JavaScript values.",
  repeat: 3,
  columns: {
    seconds: { title: "s", digits: 2 },
    rate: { title: "M rows/s", digits: 2 },
    memory: { title: "peak MB", digits: 0 },
  },
  cases(size) {
    const { rows, few, many } = SIZES[size];
    const each = { nodeOptions: NODE_OPTIONS, expects: { rows } };
    const ofCrv = (/** @type {number} */ buckets, order = "ascending") => ({
      label: crv(buckets, order === "ascending" ? "" : ", ticks shuffled"),
      side: /** @type {const} */ ("crv"),
      script: "crv/bulk",
      input: { rows, buckets, order },
      ...each,
    });
    return [
      ofCrv(few),
      ofCrv(many),
      ofCrv(few, "shuffled"),
      ofCrv(many, "shuffled"),
      { label: "LanceDB", side: "lancedb", script: "lancedb/bulk", input: { rows }, ...each },
      { label: "Polars", side: "polars", script: "polars/bulk", input: { rows }, ...each },
      { label: "DuckDB", side: "duckdb", script: "duckdb/bulk", input: { rows }, ...each },
    ];
  },
  judge(of, size) {
    const { few, many } = SIZES[size];
    const rate = of(crv(few), "rate");
    return [
      verdict(
        `${grouped(few)} buckets at least as fast as LanceDB's add`,
        ratio(rate, of("LanceDB", "rate")),
        (value) => value >= 1,
        times,
      ),
      verdict(
        `${grouped(many)} buckets within 2 × of ${grouped(few)}`,
        ratio(of(crv(many), "seconds"), of(crv(few), "seconds")),
        (value) => value <= 2,
        times,
      ),
      report("speed against Polars", ratio(rate, of("Polars", "rate")), times),
      report("speed against DuckDB", ratio(rate, of("DuckDB", "rate")), times),
    ];
  },
};

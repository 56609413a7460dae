import { ratio, times, verdict } from "../benchmark.mjs";

const SIZES = { full: { rows: 5_000_000, buckets: 20 }, small: { rows: 4000, buckets: 4 } };
const NODE_OPTIONS = ["--max-old-space-size=16384"];

/** @type {import("../benchmark.mjs").Benchmark} */
export const objects = {
  name: "objects",
  title: "Bulk append of objects",
  method: "5,000,000 JavaScript objects of four members, in one array, in one commit.",
  repeat: 3,
  columns: {
    seconds: { title: "s", digits: 2 },
    rate: { title: "M rows/s", digits: 2 },
    memory: { title: "peak MB", digits: 0 },
  },
  cases(size) {
    const { rows, buckets } = SIZES[size];
    const each = { nodeOptions: NODE_OPTIONS, expects: { rows } };
    return [
      { label: "crv", side: "crv", script: "crv/objects", input: { rows, buckets }, ...each },
      { label: "LanceDB", side: "lancedb", script: "lancedb/objects", input: { rows }, ...each },
    ];
  },
  judge: (of) => [
    verdict(
      "at least as fast as LanceDB's add of the same objects",
      ratio(of("crv", "rate"), of("LanceDB", "rate")),
      (value) => value >= 1,
      times,
    ),
  ],
};

import { megabytes, verdict } from "../benchmark.mjs";

const SIZES = {
  full: { rows: 20_000_000, chunk: 1000, buckets: 20 },
  small: { rows: 10_000, chunk: 1000, buckets: 4 },
};
const MEMORY_MB_MAX = 600;

/** @type {import("../benchmark.mjs").Benchmark} */
export const stream = {
  name: "stream",
  title: "Append of a stream",
  method:
    "20,000,000 rows from an async generator of arrays of 1,000 objects, in one commit; the peak of resident memory is that of the whole process, Node with its defaults.",
  repeat: 1,
  columns: {
    memory: { title: "peak MB", digits: 0 },
    seconds: { title: "s", digits: 1 },
    rate: { title: "M rows/s", digits: 2 },
  },
  cases(size) {
    const input = SIZES[size];
    return [
      { label: "crv", side: "crv", script: "crv/stream", input, expects: { rows: input.rows } },
    ];
  },
  judge: (of) => [
    verdict(
      `resident memory below ${MEMORY_MB_MAX} MB`,
      of("crv", "memory"),
      (value) => value < MEMORY_MB_MAX,
      megabytes,
    ),
  ],
};

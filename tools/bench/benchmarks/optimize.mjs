import { grouped, megabytes, verdict } from "../benchmark.mjs";
import { TICKS } from "../edges.mjs";

const SIZES = {
  full: { batches: { parts: 2000, rows: 1000, buckets: 8 }, versions: 10_000 },
  small: { batches: { parts: 8, rows: 10, buckets: 2 }, versions: 20 },
};
/** Of a table that is filled by one-row commits, a tick each. */
const HISTORY_BUCKET_ROWS = 1000;
const ROWS_PER_SECOND_MIN = 500_000;
const PARTS_PER_SECOND_MIN = 1000;
const MEMORY_MB_MAX = 600;

/** @param {number} parts @param {number} rows of each */
const of = (parts, rows) =>
  `crv, ${grouped(parts)} parts of ${rows === 1 ? "one row" : `${grouped(rows)} rows`}`;

/** @type {import("../benchmark.mjs").Benchmark} */
export const optimize = {
  name: "optimize",
  title: "Optimize",
  method:
    "One call of optimize, durable, on a run whose every commit left a small part: each bucket becomes one part. Opening the run is not counted; the peak of memory is that of the whole process.",
  repeat: 3,
  columns: {
    seconds: { title: "s", digits: 2 },
    rows: { title: "rows/s", digits: 0 },
    parts: { title: "parts/s", digits: 0 },
    memory: { title: "peak MB", digits: 0 },
  },
  cases(size) {
    const { batches, versions } = SIZES[size];
    const { parts, rows, buckets } = batches;
    return [
      {
        label: of(parts, rows),
        side: "crv",
        script: "crv/optimize",
        input: { bucketSize: TICKS / buckets },
        fixture: { script: "crv/batches", input: batches },
        expects: { rows: parts * rows, parts: buckets },
      },
      {
        label: of(versions, 1),
        side: "crv",
        script: "crv/optimize",
        input: {},
        fixture: { script: "crv/history", input: { versions } },
        expects: { rows: versions, parts: Math.ceil(versions / HISTORY_BUCKET_ROWS) },
      },
    ];
  },
  judge(figure, size) {
    const { batches, versions } = SIZES[size];
    const large = of(batches.parts, batches.rows);
    const small = of(versions, 1);
    return [
      verdict(
        `parts of ${grouped(batches.rows)} rows: at least ${grouped(ROWS_PER_SECOND_MIN)} rows/s`,
        figure(large, "rows"),
        (value) => value >= ROWS_PER_SECOND_MIN,
        (value) => `${grouped(Math.round(value))} rows/s`,
      ),
      verdict(
        `parts of one row: at least ${grouped(PARTS_PER_SECOND_MIN)} parts/s`,
        figure(small, "parts"),
        (value) => value >= PARTS_PER_SECOND_MIN,
        (value) => `${grouped(Math.round(value))} parts/s`,
      ),
      ...[large, small].map((label) =>
        verdict(
          `${label.slice("crv, ".length)}: resident memory below ${MEMORY_MB_MAX} MB`,
          figure(label, "memory"),
          (value) => value < MEMORY_MB_MAX,
          megabytes,
        ),
      ),
    ];
  },
};

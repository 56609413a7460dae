import { grouped, milliseconds, verdict } from "../benchmark.mjs";

const SIZES = {
  full: { parts: [1000, 10_000, 100_000], plans: 51 },
  small: { parts: [20, 40], plans: 3 },
};
const NODE_OPTIONS = ["--max-old-space-size=8192"];
const WARM_MS_MAX = 20;
const COLD_MS_MAX = 150;

/** @param {number} parts */
const of = (parts) => `crv, ${grouped(parts)} parts`;

/** @type {import("../benchmark.mjs").Benchmark} */
export const plan = {
  name: "plan",
  title: "Plans of a tick range",
  method:
    "The files of a range that ten parts of one row match. Cold: a process that has loaded crv opens the run for reading and plans; warm: it plans again.",
  repeat: 3,
  columns: {
    warm: { title: "warm ms", digits: 2 },
    cold: { title: "cold ms", digits: 1 },
  },
  cases(size) {
    const { parts, plans } = SIZES[size];
    return parts.map((count) => ({
      label: of(count),
      side: "crv",
      script: "crv/plan",
      input: { versions: count, plans },
      fixture: { script: "crv/history", input: { versions: count } },
      use: "shared",
      nodeOptions: NODE_OPTIONS,
      expects: { parts: 10 },
    }));
  },
  judge(figure, size) {
    const { parts } = SIZES[size];
    const most = Math.max(...parts);
    return [
      ...parts.map((count) =>
        verdict(
          `warm plan of ${grouped(count)} parts below ${WARM_MS_MAX} ms`,
          figure(of(count), "warm"),
          (value) => value < WARM_MS_MAX,
          milliseconds,
        ),
      ),
      verdict(
        `open and plan of ${grouped(most)} parts below ${COLD_MS_MAX} ms`,
        figure(of(most), "cold"),
        (value) => value < COLD_MS_MAX,
        milliseconds,
      ),
    ];
  },
};

import { grouped, verdict } from "../benchmark.mjs";

const SIZES = { full: { operations: 1000 }, small: { operations: 5 } };
const SECONDS_MAX = 2;

/** @param {number} operations */
const label = (operations) => `crv, ${grouped(operations)} dead operations`;

/** @type {import("../benchmark.mjs").Benchmark} */
export const recovery = {
  name: "recovery",
  title: "Opening after writers died",
  method:
    "A writer was killed with so many operations staged and none published. Opening rolls each of them back, durably.",
  repeat: 3,
  columns: { seconds: { title: "s", digits: 2 } },
  cases(size) {
    const { operations } = SIZES[size];
    return [
      {
        label: label(operations),
        side: "crv",
        script: "crv/recover",
        input: {},
        fixture: { script: "crv/dead-writers", input: { operations } },
        expects: { rolledBack: operations, left: 0 },
      },
    ];
  },
  judge(of, size) {
    const { operations } = SIZES[size];
    return [
      verdict(
        `${grouped(operations)} sidecars settled in less than ${SECONDS_MAX} s`,
        of(label(operations), "seconds"),
        (value) => value < SECONDS_MAX,
        (value) => `${value.toFixed(2)} s`,
      ),
    ];
  },
};

import { ratio, times, verdict } from "../benchmark.mjs";

const SIZES = {
  full: { few: 4, many: 16, commits: 800, warmup: 200 },
  small: { few: 2, many: 3, commits: 12, warmup: 1 },
};

/** @param {string} who @param {number} processes */
const by = (who, processes) => `${who}, ${processes} processes`;

/** @type {import("../benchmark.mjs").Benchmark} */
export const processes = {
  name: "processes",
  title: "Processes that append to one run",
  method:
    "One-row commits to one table, the same number in all, divided among the processes, after 200 of each process that are not counted: how fast a process starts is not asked. crv syncs each, LanceDB none.",
  repeat: 3,
  columns: {
    rate: { title: "commits/s", digits: 0 },
    failed: { title: "failed", digits: 0 },
    lost: { title: "lost", digits: 0 },
  },
  cases(size) {
    const { few, many, commits, warmup } = SIZES[size];
    const ofSide = (
      /** @type {string} */ who,
      /** @type {import("../benchmark.mjs").Side} */ side,
      /** @type {number} */ count,
    ) => ({
      label: by(who, count),
      side,
      script: `${side}/processes`,
      input: { processes: count, commits: Math.floor(commits / count), warmup },
      ...(side === "crv" && {
        expects: { rows: count * (Math.floor(commits / count) + warmup), failed: 0 },
      }),
    });
    return [
      ofSide("crv", "crv", few),
      ofSide("crv", "crv", many),
      ofSide("LanceDB", "lancedb", few),
    ];
  },
  judge(of, size) {
    const { few, many } = SIZES[size];
    const rate = of(by("crv", few), "rate");
    return [
      verdict(
        `${few} processes at least 2 × LanceDB's rate`,
        ratio(rate, of(by("LanceDB", few), "rate")),
        (value) => value >= 2,
        times,
      ),
      verdict(
        `${many} processes at least 0.9 × the rate of ${few}`,
        ratio(of(by("crv", many), "rate"), rate),
        (value) => value >= 0.9,
        times,
      ),
      ...[few, many].map((count) =>
        verdict(
          `${count} processes: none lost, none failed`,
          sum(of(by("crv", count), "lost"), of(by("crv", count), "failed")),
          (value) => value === 0,
          (value) => `${value}`,
        ),
      ),
    ];
  },
};

/** @param {number | undefined} a @param {number | undefined} b */
function sum(a, b) {
  return a === undefined || b === undefined ? undefined : a + b;
}

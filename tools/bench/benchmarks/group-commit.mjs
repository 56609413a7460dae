import { ratio, times, verdict } from "../benchmark.mjs";

const SIZES = {
  full: { inFlight: 32, serial: 300, together: 3200, warmup: 64 },
  small: { inFlight: 4, serial: 4, together: 16, warmup: 4 },
};

/** @param {number} inFlight */
const label = (inFlight) => (inFlight === 1 ? "crv, one at a time" : `crv, ${inFlight} in flight`);

/** @type {import("../benchmark.mjs").Benchmark} */
export const groupCommit = {
  name: "group-commit",
  title: "Group commit",
  method: "One-row durable appends of one process, one at a time and many under way at once.",
  repeat: 3,
  columns: { rate: { title: "appends/s", digits: 0 } },
  cases(size) {
    const { inFlight, serial, together, warmup } = SIZES[size];
    return [
      { count: 1, commits: serial },
      { count: inFlight, commits: together },
    ].map(({ count, commits }) => ({
      label: label(count),
      side: "crv",
      script: "crv/append-in-flight",
      input: { inFlight: count, commits, warmup },
      expects: { rows: commits + warmup },
    }));
  },
  judge(of, size) {
    const { inFlight } = SIZES[size];
    return [
      verdict(
        `${inFlight} in flight at least 5 × the serial rate`,
        ratio(of(label(inFlight), "rate"), of(label(1), "rate")),
        (value) => value >= 5,
        times,
      ),
    ];
  },
};

import { ratio, times, verdict } from "../benchmark.mjs";

const SIZES = { full: { appends: 1000, window: 100 }, small: { appends: 20, window: 5 } };
const GROWTH_MAX = 1.3;

/** @type {import("../benchmark.mjs").Benchmark} */
export const tensorAppends = {
  name: "tensor-appends",
  title: "Tensors: entries of the run-wide detectors",
  method:
    "1,000 entries of 64 KiB, one durable commit each; the median of the first 100 beside that of the last 100.",
  repeat: 1,
  columns: { first: { title: "first ms", digits: 2 }, last: { title: "last ms", digits: 2 } },
  cases: (size) => [
    {
      label: "crv",
      side: "crv",
      script: "crv/tensor-appends",
      input: SIZES[size],
      expects: { entries: SIZES[size].appends },
    },
  ],
  judge: (of) => [
    verdict(
      `the last entries cost what the first did, within ${GROWTH_MAX} ×`,
      ratio(of("crv", "last"), of("crv", "first")),
      (value) => value <= GROWTH_MAX,
      times,
    ),
  ],
};

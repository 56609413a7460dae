import { milliseconds, times, verdict } from "../benchmark.mjs";

const SIZES = {
  full: { sparseBytes: 10_000_000_000, tensors: 100_000 },
  small: { sparseBytes: 10_000_000, tensors: 100 },
};

/** @type {import("../benchmark.mjs").Benchmark} */
export const tensorHeaders = {
  name: "tensor-headers",
  title: "Tensors: headers and parts of tensors",
  method:
    "Opening a sparse file of 10 GB and asking for its tensors; opening a file of 100,000 tensors; rows of a matrix over batches, where the bytes that were read from parts are counted and compared with those of the rows.",
  repeat: 3,
  columns: {
    stat: { title: "stat of 10 GB, ms", digits: 2 },
    header: { title: "100,000 tensors, ms", digits: 0 },
    moved: { title: "bytes read / asked", digits: 3 },
  },
  cases: (size) => [
    {
      label: "crv",
      side: "crv",
      script: "crv/tensor-headers",
      input: SIZES[size],
      expects: { tensors: SIZES[size].tensors },
    },
  ],
  judge: (of) => [
    verdict("header of a file of 10 GB below 5 ms", of("crv", "stat"), (v) => v < 5, milliseconds),
    verdict(
      "header of 100,000 tensors below 200 ms",
      of("crv", "header"),
      (v) => v < 200,
      milliseconds,
    ),
    verdict("rows: only their bytes are read", of("crv", "moved"), (v) => v === 1, times),
  ],
};

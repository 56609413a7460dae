import { megabytes, ratio, verdict } from "../benchmark.mjs";

const SIZES = {
  full: { tensors: 16, columns: 1024, rows: 16_384, bufferMb: 64 },
  small: { tensors: 2, columns: 16, rows: 64, bufferMb: 1 },
};
const percent = (/** @type {number} */ value) => `${(100 * value).toFixed(0)} %`;
const gigabytes = (/** @type {number} */ value) => `${value.toFixed(2)} GB/s`;
/** Node itself, and what the batch being written takes. */
const LOADER_MEMORY_MB_MAX = 400;

/** @type {import("../benchmark.mjs").Benchmark} */
export const tensors = {
  name: "tensors",
  title: "Tensors: writing, reading, loading",
  method:
    "A batch of 16 float32 tensors of 64 MiB, 1 GiB in all. crv writes it durably with an XXH3-128 of the file and a CRC-32 of each tensor, and checks the CRC-32 when it reads them; the bare side writes and syncs, and reads, the same bytes and checks nothing. All reads are from the page cache. The loader gives mini-batches of 256 rows in order, in a process of its own.",
  repeat: 3,
  columns: {
    write: { title: "write GB/s", digits: 2 },
    read: { title: "read GB/s", digits: 2 },
    load: { title: "loader GB/s", digits: 2 },
    shuffled: { title: "shuffled GB/s", digits: 2 },
    memory: { title: "peak MB", digits: 0 },
  },
  cases(size) {
    const input = SIZES[size];
    const bytes = input.tensors * input.rows * input.columns * 4;
    const fixture = { script: "crv/tensor-layers", input };
    return [
      { label: "bare file", side: "bare", script: "bare/tensors", input, expects: { bytes } },
      { label: "crv", side: "crv", script: "crv/tensors", input, expects: { bytes } },
      {
        label: "crv, loader",
        side: "crv",
        script: "crv/tensor-loader",
        input,
        fixture,
        use: "shared",
        expects: { bytes },
      },
    ];
  },
  judge: (of) => [
    verdict(
      "write: at least 80 % of a plain write and sync",
      ratio(of("crv", "write"), of("bare file", "write")),
      (value) => value >= 0.8,
      percent,
    ),
    verdict(
      "read, warm, digests checked: at least 50 % of a plain read",
      ratio(of("crv", "read"), of("bare file", "read")),
      (value) => value >= 0.5,
      percent,
    ),
    verdict(
      "loader from the page cache: at least 1 GB/s",
      of("crv, loader", "load"),
      (value) => value >= 1,
      gigabytes,
    ),
    verdict(
      `loader with 64 MiB of buffers: memory below ${LOADER_MEMORY_MB_MAX} MB`,
      of("crv, loader", "memory"),
      (value) => value < LOADER_MEMORY_MB_MAX,
      megabytes,
    ),
  ],
};

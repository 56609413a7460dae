import { ratio, report, verdict } from "../benchmark.mjs";

const SIZES = {
  full: {
    rows: { rows: 5_000_000, buckets: 20 },
    tensors: { tensors: 16, columns: 1024, rows: 16_384 },
  },
  small: { rows: { rows: 4000, buckets: 4 }, tensors: { tensors: 2, columns: 16, rows: 64 } },
};
const RATE_MIN = 0.6;
const percent = (/** @type {number} */ value) => `${(100 * value).toFixed(0)} %`;

/** @type {import("../benchmark.mjs").Benchmark} */
export const verify = {
  name: "verify",
  title: "Deep verification",
  method:
    "A run of 5,000,000 rows in 20 parts, and one of 1 GiB of tensors, from the page cache. The bare side reads the same files and does nothing with them; crv checks digests, and decodes parts and holds their rows against what is said of them. A scan decodes the same parts, and checks digests alone: tables are judged by it, since a plain read decodes nothing; tensors are judged by the plain read.",
  repeat: 3,
  columns: {
    seconds: { title: "s", digits: 2 },
    rate: { title: "MB/s of files", digits: 0 },
    memory: { title: "peak MB", digits: 0 },
  },
  cases(size) {
    const { rows, tensors } = SIZES[size];
    /** @type {Readonly<Record<string, unknown>>} */
    const input = {};
    const ofRows = {
      input,
      fixture: { script: "crv/rows", input: rows },
      use: /** @type {const} */ ("shared"),
    };
    const ofTensors = {
      input,
      fixture: { script: "crv/tensor-layers", input: tensors },
      use: /** @type {const} */ ("shared"),
    };
    const plain = { side: /** @type {const} */ ("bare"), script: "bare/read-files" };
    const own = { side: /** @type {const} */ ("crv"), script: "crv/verify" };
    return [
      { label: "plain read, tables", ...plain, ...ofRows, expects: { missed: 0 } },
      { label: "crv, tables", ...own, ...ofRows, expects: { files: rows.buckets, problems: 0 } },
      {
        label: "crv, scan of the tables",
        side: "crv",
        script: "crv/read-rows",
        ...ofRows,
        expects: { rows: rows.rows },
      },
      { label: "plain read, tensors", ...plain, ...ofTensors, expects: { missed: 0 } },
      {
        label: "crv, tensors",
        ...own,
        ...ofTensors,
        // Each batch has its tensors and its metadata.
        expects: { files: 2 * tensors.tensors, problems: 0 },
      },
    ];
  },
  judge: (of) => [
    ...[
      { what: "tables", than: "scan of the tables", whole: "crv, scan of the tables" },
      { what: "tensors", than: "plain read", whole: "plain read, tensors" },
    ].map(({ what, than, whole }) =>
      verdict(
        `${what}: at least ${percent(RATE_MIN)} of a ${than}`,
        ratio(of(`crv, ${what}`, "rate"), of(whole, "rate")),
        (value) => value >= RATE_MIN,
        percent,
      ),
    ),
    report(
      "tables: rate against a plain read of the files",
      ratio(of("crv, tables", "rate"), of("plain read, tables", "rate")),
      percent,
    ),
  ],
};

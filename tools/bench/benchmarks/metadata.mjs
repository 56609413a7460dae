import { grouped, megabytes, spread, times, verdict } from "../benchmark.mjs";

const SIZES = {
  full: { versions: [1000, 10_000, 100_000] },
  small: { versions: [20, 40] },
};
const TOTAL_MB_MAX = 200;
const FLAT_MAX = 1.2;

/** @param {number} versions */
const of = (versions) => `crv, ${grouped(versions)} versions`;

/** @type {import("../benchmark.mjs").Benchmark} */
export const metadata = {
  name: "metadata",
  title: "Metadata on disk",
  method:
    "All files of a run but its parts, after so many one-row commits. Written: what the writing process handed to the system in all, its parts left out.",
  repeat: 1,
  columns: {
    record: { title: "record bytes", digits: 0 },
    perCommit: { title: "bytes/commit", digits: 0 },
    written: { title: "written/commit", digits: 0 },
    records: { title: "records MB", digits: 1 },
    checkpoints: { title: "checkpoints MB", digits: 1 },
    views: { title: "views MB", digits: 1 },
    total: { title: "total MB", digits: 1 },
  },
  cases: (size) =>
    SIZES[size].versions.map((count) => ({
      label: of(count),
      side: "crv",
      script: "crv/metadata",
      input: { versions: count },
      fixture: { script: "crv/history", input: { versions: count } },
      use: "shared",
      expects: { records: count },
    })),
  judge(figure, size) {
    const { versions } = SIZES[size];
    const most = Math.max(...versions);
    const each = (/** @type {string} */ name) => versions.map((count) => figure(of(count), name));
    return [
      verdict("bytes of a record: flat, within 20 %", spread(each("record")), isFlat, times),
      verdict(
        "bytes per commit in all: flat, within 20 %",
        spread(each("perCommit")),
        isFlat,
        times,
      ),
      verdict(
        `after ${grouped(most)} commits below ${TOTAL_MB_MAX} MB in all`,
        figure(of(most), "total"),
        (value) => value < TOTAL_MB_MAX,
        megabytes,
      ),
    ];
  },
};

/** @param {number} value */
const isFlat = (value) => value <= FLAT_MAX;

import { grouped, ratio, times, verdict } from "../benchmark.mjs";

const SIZES = {
  full: { files: 100_000, versions: 1000 },
  small: { files: 50, versions: 20 },
};
/** Then more than half of the time is that of unlinking. */
const UNLINKS_MAX = 2;
const BARE = "unlink alone";
const CRV = "crv";

/** @type {import("../benchmark.mjs").Benchmark} */
export const cleanup = {
  name: "cleanup",
  title: "Cleanup",
  method:
    "100,000 parts of one row that no version names, a day old, in 100 buckets of a run of 1,000 commits, which all stay. crv finds them, asks who may need them, and removes them; the bare side knows their names and unlinks them, one after another.",
  repeat: 3,
  columns: {
    seconds: { title: "s", digits: 2 },
    rate: { title: "files/s", digits: 0 },
    memory: { title: "peak MB", digits: 0 },
  },
  cases(size) {
    const { files, versions } = SIZES[size];
    const fixture = { script: "crv/history", input: { versions } };
    return [
      {
        label: BARE,
        side: "bare",
        script: "bare/unlink",
        input: { files },
        fixture,
        expects: { removed: files },
      },
      {
        label: CRV,
        side: "crv",
        script: "crv/cleanup",
        input: { files, versions },
        fixture,
        expects: { removed: files, rows: versions },
      },
    ];
  },
  judge: (of, size) => [
    verdict(
      `${grouped(SIZES[size].files)} files: limited by unlink, at most ${UNLINKS_MAX} × its time`,
      ratio(of(CRV, "seconds"), of(BARE, "seconds")),
      (value) => value <= UNLINKS_MAX,
      times,
    ),
  ],
};

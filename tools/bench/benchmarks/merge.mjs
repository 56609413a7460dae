import { grouped, report } from "../benchmark.mjs";

const SIZES = {
  full: {
    byKey: { isKeyed: true, rows: 1_000_000, buckets: 20, changed: 10_000, commits: 1 },
    byParts: { isKeyed: false, rows: 1_000_000, buckets: 20, changed: 1_000_000, commits: 1000 },
  },
  small: {
    byKey: { isKeyed: true, rows: 1000, buckets: 2, changed: 10, commits: 1 },
    byParts: { isKeyed: false, rows: 1000, buckets: 2, changed: 100, commits: 5 },
  },
};
const BY_KEY = "crv, by key";
const BY_PARTS = "crv, by parts";

/** @type {import("../benchmark.mjs").Benchmark} */
export const merge = {
  name: "merge",
  title: "Merges of branches",
  method:
    "Into a run of 1,000,000 rows in 20 parts, one durable commit. By key: branch and run each changed 10,000 rows, spread over all parts, and the branch added 10,000. By parts: the branch of a table without a key appended 1,000,000 rows in 1,000 commits, the run 1,000.",
  repeat: 3,
  columns: {
    seconds: { title: "s", digits: 2 },
    rate: { title: "rows taken over/s", digits: 0 },
    memory: { title: "peak MB", digits: 0 },
  },
  cases(size) {
    const { byKey, byParts } = SIZES[size];
    const ofRows = (
      /** @type {string} */ label,
      /** @type {import("../sides/crv/diverged.mjs").Diverged} */ input,
      /** @type {Readonly<Record<string, number>>} */ expects,
    ) => ({
      label,
      side: /** @type {const} */ ("crv"),
      script: "crv/merge",
      input,
      fixture: { script: "crv/diverged", input },
      expects,
    });
    const mainRows = byParts.changed / byParts.commits;
    return [
      // What the branch added is in a part of its own, beyond the ticks of the others.
      ofRows(BY_KEY, byKey, { rows: byKey.rows + byKey.changed, adopted: 1 }),
      ofRows(BY_PARTS, byParts, {
        rows: byParts.rows + byParts.changed + mainRows,
        adopted: byParts.commits,
      }),
    ];
  },
  judge: (of, size) => {
    const show = (/** @type {number} */ value) => `${value.toFixed(2)} s`;
    const { byKey, byParts } = SIZES[size];
    return [
      report(
        `by key, ${grouped(3 * byKey.changed)} changed rows of ${grouped(byKey.rows)}`,
        of(BY_KEY, "seconds"),
        show,
      ),
      report(`by parts, ${grouped(byParts.commits)} parts`, of(BY_PARTS, "seconds"), show),
    ];
  },
};

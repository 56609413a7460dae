import { grouped, milliseconds, spread, times, verdict } from "../benchmark.mjs";

const SIZES = {
  full: { versions: [1000, 10_000, 100_000] },
  small: { versions: [20, 40] },
};
const MODES = /** @type {const} */ (["readWrite", "readOnly"]);
const NODE_OPTIONS = ["--max-old-space-size=8192"];
const OPEN_MS_MAX = 50;
/** Of one size against another: opening is a few milliseconds, and noise a good part of them. */
const FLAT_MAX = 1.5;

/** @param {string} mode @param {number} versions */
const of = (mode, versions) => `crv, ${mode}, ${grouped(versions)} versions`;

/** @type {import("../benchmark.mjs").Benchmark} */
export const open = {
  name: "open",
  title: "Opening a run",
  method: "Once in each process, after crv is loaded; the files are in the page cache.",
  repeat: 5,
  columns: { ms: { title: "ms", digits: 1 }, memory: { title: "peak MB", digits: 0 } },
  cases: (size) =>
    MODES.flatMap((mode) =>
      SIZES[size].versions.map((count) => ({
        label: of(mode, count),
        side: /** @type {const} */ ("crv"),
        script: "crv/open",
        input: { mode },
        fixture: { script: "crv/history", input: { versions: count } },
        // Opening for writing may publish views, once.
        use: /** @type {const} */ ("shared"),
        nodeOptions: NODE_OPTIONS,
        expects: { version: count },
      })),
    ),
  judge: (figure, size) =>
    MODES.flatMap((mode) => {
      const all = SIZES[size].versions.map((count) => figure(of(mode, count), "ms"));
      return [
        ...SIZES[size].versions.map((count, at) =>
          verdict(
            `${mode}, ${grouped(count)} versions: below ${OPEN_MS_MAX} ms`,
            all[at],
            (value) => value < OPEN_MS_MAX,
            milliseconds,
          ),
        ),
        verdict(
          `${mode}: flat, within ${FLAT_MAX} × of each other`,
          spread(all),
          (value) => value <= FLAT_MAX,
          times,
        ),
      ];
    }),
};

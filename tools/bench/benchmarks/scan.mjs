import { ratio, report, times, verdict } from "../benchmark.mjs";

const SIZES = {
  full: { rows: 5_000_000, buckets: 20, scans: 3, workers: 2 },
  small: { rows: 4000, buckets: 4, scans: 1, workers: 2 },
};
const NODE_OPTIONS = ["--max-old-space-size=8192"];
const DIGESTS = "crv";
const NO_DIGESTS = "crv, digests not checked";

/** @type {import("../benchmark.mjs").Benchmark} */
export const scan = {
  name: "scan",
  title: "Scans",
  method:
    "5,000,000 rows in 20 parts, read warm and again: all columns, then the double alone. crv, with two decoders, and LanceDB end in Arrow; Polars and DuckDB in columns of their own.",
  repeat: 3,
  columns: {
    all: { title: "all columns ms", digits: 0 },
    column: { title: "one column ms", digits: 0 },
    memory: { title: "peak MB", digits: 0 },
  },
  cases(size) {
    const { rows, buckets, scans, workers } = SIZES[size];
    const each = {
      use: /** @type {const} */ ("shared"),
      nodeOptions: NODE_OPTIONS,
      expects: { rows, columnRows: rows },
    };
    const ofCrv = (/** @type {string} */ label, /** @type {boolean} */ verify) => ({
      label,
      side: /** @type {const} */ ("crv"),
      script: "crv/scan",
      input: { scans, verify, workers },
      fixture: { script: "crv/rows", input: { rows, buckets } },
      ...each,
    });
    const ofPeer = (
      /** @type {string} */ label,
      /** @type {import("../benchmark.mjs").Side} */ side,
    ) => ({
      label,
      side,
      script: `${side}/scan`,
      input: { scans },
      fixture: { script: `${side}/rows`, input: { rows } },
      ...each,
    });
    return [
      ofCrv(DIGESTS, true),
      ofCrv(NO_DIGESTS, false),
      ofPeer("LanceDB", "lancedb"),
      ofPeer("Polars", "polars"),
      ofPeer("DuckDB", "duckdb"),
    ];
  },
  judge(of) {
    const speed = (
      /** @type {string} */ label,
      /** @type {string} */ peer,
      /** @type {string} */ what,
    ) => ratio(of(peer, what), of(label, what));
    return [
      ...[DIGESTS, NO_DIGESTS].flatMap((label) =>
        ["all", "column"].map((what) =>
          verdict(
            `${label === DIGESTS ? "digests checked" : "not checked"}, ${what === "all" ? "all columns" : "one column"}: at least 1.5 × LanceDB's speed`,
            speed(label, "LanceDB", what),
            (value) => value >= 1.5,
            times,
          ),
        ),
      ),
      ...["Polars", "DuckDB"].flatMap((peer) => [
        report(`speed against ${peer}, all columns`, speed(DIGESTS, peer, "all"), times),
        report(`speed against ${peer}, one column`, speed(DIGESTS, peer, "column"), times),
      ]),
    ];
  },
};

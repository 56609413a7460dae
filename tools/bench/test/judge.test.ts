/** What is concluded from figures: aims that are met, missed, or not measured. */
import { describe, expect, test } from "vitest";
import type { FigureOf, Side } from "../benchmark.mjs";
import { append } from "../benchmarks/append.mjs";
import { cleanup } from "../benchmarks/cleanup.mjs";
import { open } from "../benchmarks/open.mjs";
import { optimize } from "../benchmarks/optimize.mjs";
import { verify } from "../benchmarks/verify.mjs";
import { BEGIN, END, replaceResults } from "../markdown.mjs";
import { runBenchmark } from "../run-benchmark.mjs";

const figures =
  (known: Record<string, Record<string, number>>): FigureOf =>
  (label, figure) =>
    known[label]?.[figure];

describe("append", () => {
  const judge = (p50After20: number) =>
    append.judge(
      figures({
        "bare loop": { p50: 2 },
        "crv, after 5 versions": { p50: 2.9, rate: 300 },
        "crv, after 20 versions": { p50: p50After20, rate: 300 },
        "LanceDB, after 5 versions": { p50: 7, rate: 120 },
      }),
      "small",
    );

  test("meets its aims by ratios of medians", () => {
    expect(judge(2.8).map(({ found, met }) => [found, met])).toEqual([
      ["1.45 ×", true],
      ["1.40 ×", true],
      ["2.50 ×", true],
      ["1.04 ×", true],
      ["not measured", undefined],
      ["not measured", undefined],
    ]);
  });

  test("misses those that the figures miss", () => {
    expect(
      judge(3.6)
        .map(({ met }) => met)
        .slice(0, 4),
    ).toEqual([true, false, true, false]);
  });
});

test("an aim about sizes of which one was not measured is not judged", () => {
  const some = figures({ "crv, readWrite, 20 versions": { ms: 10 } });
  const verdicts = open.judge(some, "small");
  expect(verdicts.map(({ met }) => met)).toEqual([true, ...Array(5).fill(undefined)]);
});

describe("maintenance", () => {
  test("optimize is judged by the rows of large parts and the number of small ones", () => {
    const found = figures({
      "crv, 8 parts of 10 rows": { rows: 600_000, parts: 600, memory: 599 },
      "crv, 20 parts of one row": { rows: 999, parts: 999, memory: 600 },
    });
    const verdicts = optimize.judge(found, "small");
    expect(verdicts.map(({ met }) => met)).toEqual([true, false, true, false]);
  });

  test("cleanup and verification are judged by the process that only unlinks, or reads", () => {
    const seconds = figures({ crv: { seconds: 3 }, "unlink alone": { seconds: 2 } });
    expect(cleanup.judge(seconds, "small")).toMatchObject([{ found: "1.50 ×", met: true }]);
    const rates = figures({
      "plain read, tables": { rate: 100 },
      "crv, tables": { rate: 59 },
      "crv, scan of the tables": { rate: 95 },
      "plain read, tensors": { rate: 100 },
      "crv, tensors": { rate: 60 },
    });
    expect(verify.judge(rates, "small").map(({ found, met }) => [found, met])).toEqual([
      ["62 %", true],
      ["60 %", true],
      ["59 %", undefined],
    ]);
  });
});

describe("a side that did something else than it was to do", () => {
  const [bare] = append.cases("small");
  const run = (side: Side) =>
    runBenchmark(
      { ...append, cases: () => [{ ...bare!, side, expects: { records: 1 } }] },
      { size: "small", repeat: 1, cache: "", log: () => undefined, whySkipped: () => undefined },
    );

  test("ends the bench when it is ours", async () => {
    await expect(run("bare")).rejects.toThrow(
      'bare loop did {"records":4} instead of {"records":1}',
    );
  });

  test("has no figures when it is a peer", async () => {
    const { cases } = await run("sqlite");
    expect(cases).toEqual([
      {
        label: "bare loop",
        side: "sqlite",
        medians: {},
        trials: [],
        skipped: 'bare loop did {"records":4} instead of {"records":1}',
      },
    ]);
  });
});

describe("the page", () => {
  test("keeps what is around the results", () => {
    expect(replaceResults(`before ${BEGIN} old ${END} after`, "new")).toBe(
      `before ${BEGIN}\n\nnew\n\n${END} after`,
    );
  });

  test("without a place for them is an error", () => {
    expect(() => replaceResults("before", "new")).toThrow("has no");
  });
});

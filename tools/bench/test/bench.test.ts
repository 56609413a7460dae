/**
 * Goal: every benchmark still measures what it says, and can be shown.
 * Method: each at small sizes, with the sides that need no install of their own, in processes as
 * always. How fast anything was is not looked at.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bench } from "../bench.mjs";
import { parseOptions } from "../options.mjs";
import type { CaseResult } from "../run-benchmark.mjs";
import { suite } from "../suite.mjs";

/** Some forty processes in a row: for what hangs, not for what is slow. */
const HANG_MS = 600_000;
const results = mkdtempSync(join(tmpdir(), "crv-bench-results-"));

afterAll(() => rmSync(results, { recursive: true }));

const output = { shown: "", logged: "" };

function benchWith(...args: string[]): Promise<void> {
  return bench(parseOptions([...args, "--results", results]), {
    show: (markdown) => {
      output.shown += markdown;
    },
    log: (text) => {
      output.logged += `${text}\n`;
    },
  });
}

describe("npm run bench", () => {
  // Together, so that they share what they read.
  beforeAll(() => benchWith("--small", "--repeat", "1", "--sides", "crv,bare"), HANG_MS);

  test.each(suite.map((benchmark) => [benchmark.name, benchmark] as const))(
    "%s gives figures of every case of our own sides",
    async (name, { cases, columns }) => {
      const kept = JSON.parse(readFileSync(join(results, `${name}.small.json`), "utf8"));
      const measured: CaseResult[] = kept.cases.filter((one: CaseResult) => !one.skipped);
      const own = cases("small").filter(({ side }) => side === "crv" || side === "bare");
      expect(measured.map(({ label }) => label)).toEqual(own.map(({ label }) => label));
      for (const { label, medians } of measured) {
        expect(Object.keys(medians)).not.toEqual([]);
        for (const [figure, value] of Object.entries(medians)) {
          expect(Number.isFinite(value), `${label}, ${figure}: ${value}`).toBe(true);
          expect(Object.keys(columns), label).toContain(figure);
        }
        expect(output.shown).toContain(`| ${label} `);
        expect(output.logged).toContain(`${name}: 1/1 ${label}: `);
      }
    },
  );

  test("says what was skipped, and why", () => {
    expect(output.shown).toContain("Skipped: LanceDB (not asked for).");
    expect(output.shown).toContain("| not measured |");
  });

  test.each([
    [["nothing"], 'there is no benchmark "nothing": there are append,'],
    [["--sides", "oracle"], 'there is no side "oracle": there are crv, bare,'],
    [["--repeat", "0"], "--repeat must be a whole number"],
  ])("refuses %j", async (args, message) => {
    await expect(async () => benchWith(...args)).rejects.toThrow(message);
  });
});

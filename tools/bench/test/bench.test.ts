/**
 * Goal: every benchmark still measures what it says, and can be shown.
 * Method: each at small sizes, with the sides that need no install of their own, in processes as
 * always. How fast anything was is not looked at.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bench } from "../bench.mjs";
import { parseOptions } from "../options.mjs";
import type { CaseResult } from "../run-benchmark.mjs";
import { suite } from "../suite.mjs";

const results = mkdtempSync(join(tmpdir(), "crv-bench-results-"));

afterAll(() => rmSync(results, { recursive: true }));

async function benchWith(...args: string[]): Promise<{ shown: string; logged: string }> {
  const output = { shown: "", logged: "" };
  await bench(parseOptions([...args, "--results", results]), {
    show: (markdown) => {
      output.shown += markdown;
    },
    log: (text) => {
      output.logged += `${text}\n`;
    },
  });
  return output;
}

describe("npm run bench", () => {
  test.each(suite.map((benchmark) => [benchmark.name, benchmark] as const))(
    "%s gives figures of every case of our own sides",
    async (name, { cases, columns }) => {
      const { shown } = await benchWith(name, "--small", "--repeat", "1", "--sides", "crv,bare");
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
        expect(shown).toContain(`| ${label} `);
      }
    },
  );

  test("says what was skipped, and why", async () => {
    const args = ["objects", "--small", "--repeat", "1", "--sides", "crv"];
    const { shown, logged } = await benchWith(...args);
    expect(shown).toContain("Skipped: LanceDB (not asked for).");
    expect(shown).toContain("| not measured |");
    expect(logged).toContain("objects: 1/1 crv: s ");
  });

  test.each([
    [["nothing"], 'there is no benchmark "nothing": there are append,'],
    [["--sides", "oracle"], 'there is no side "oracle": there are crv, bare,'],
    [["--repeat", "0"], "--repeat must be a whole number"],
  ])("refuses %j", async (args, message) => {
    await expect(async () => benchWith(...args)).rejects.toThrow(message);
  });
});

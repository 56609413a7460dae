/** Goal: `crv publish` and `crv bundle` write what other programs read, whatever lay there before. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRun } from "crv";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Ended, runCrv } from "./crv-process.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let root: string;
const crv = (...args: readonly string[]): Promise<Ended> => runCrv("--root", root, ...args);
const inRun = (...names: string[]): string => join(root, "runs", "r1", ...names);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "crv-publish-"));
  await using run = await openRun({ root, runId: "r1" });
  await run.append("holdings", [{ tick: 3, agent_id: "A", token_id: "T", quantity: 1 }]);
});

afterAll(() => rm(root, { recursive: true }));

describe("crv publish", () => {
  test("writes a view that was lost or damaged as it was", async () => {
    const view = inRun("tables", "holdings", "manifest.json");
    const before = await readFile(view, "utf8");
    await writeFile(view, '{"run_version": 1, "partitions": {}}');
    const { code, stdout } = await crv("publish", "r1");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tables\/holdings\/manifest\.json +1 +1 /m);
    expect(await readFile(view, "utf8")).toBe(before);
  });

  test("refuses a table that the run does not have", async () => {
    const { code, stderr } = await crv("publish", "r1", "--table", "messages");
    expect(code).toBe(2);
    expect(stderr).toContain("UNKNOWN_TABLE");
  });
});

describe("crv bundle", () => {
  test("writes the bundle with what is given as meta, and shows it as JSON", async () => {
    const { code, stdout } = await crv("--json", "bundle", "r1", "--meta", '{"seed":7}');
    expect(code).toBe(0);
    const shown: unknown = JSON.parse(stdout);
    expect(shown).toMatchObject({ meta: { seed: 7 }, tables: { holdings: { rows: 1 } } });
    expect(JSON.parse(await readFile(inRun("bundle.manifest.json"), "utf8"))).toEqual(shown);
    const text = await crv("bundle", "r1");
    expect(text.stdout).toContain("bundle.manifest.json: version 1, 1 tables, 0 artifacts");
  });

  test("refuses a meta that is no object", async () => {
    const { code, stderr } = await crv("bundle", "r1", "--meta", "[1]");
    expect(code).toBe(2);
    expect(stderr).toContain("--meta");
  });
});

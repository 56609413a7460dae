/** Goal: `crv repair` tells what it would do, does it with `--yes`, and ends with 4 while damage is left. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRun } from "crv";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runCrv } from "./crv-process.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "crv-repair-"));
  await using run = await openRun({ root, runId: "r" });
  await run.append("holdings", [{ tick: 1, agent_id: "A", token_id: "T", quantity: 3 }]);
  await run.append("holdings", [{ tick: 2, agent_id: "A", token_id: "T", quantity: 4 }]);
});

afterAll(() => rm(root, { recursive: true }));

test("a damaged newest record is shown first, then set aside", async () => {
  const log = join(root, "runs", "r", "_log");
  const record = join(log, (await readdir(log)).sort().at(-1) as string);
  const sound = await runCrv("--root", root, "repair", "r");
  expect(sound).toEqual({ code: 0, stdout: "no problem found\n", stderr: "" });

  await writeFile(record, Buffer.alloc(100));
  const told = await runCrv("--root", root, "repair", "r");
  expect(told).toMatchObject({ code: 4, stderr: "" });
  expect(told.stdout).toMatch(/end-log +_log\/0+2\.json +version 1 is the newest one again/);
  expect(told.stdout).toContain("nothing was changed: add --yes to do it");
  expect(await readFile(record)).toEqual(Buffer.alloc(100));

  const done = await runCrv("--root", root, "--json", "repair", "r", "--yes");
  expect(done).toMatchObject({ code: 0, stderr: "" });
  const report = JSON.parse(done.stdout) as { readonly quarantine: string };
  expect(report).toMatchObject({
    run_id: "r",
    applied: true,
    problems_left: 0,
    acts: expect.arrayContaining([expect.objectContaining({ kind: "end-log", version: 1 })]),
  });
  expect(await readdir(join(root, "runs", "r", report.quarantine))).toContain("_log");
  const rows = await runCrv("--root", root, "scan", "r", "holdings", "--format", "ndjson");
  expect(rows.stdout.trim().split("\n").length).toBe(1);
});

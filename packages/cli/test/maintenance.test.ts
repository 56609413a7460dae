/** Goal: `crv optimize` and `crv cleanup` do what they say, and cleanup nothing without `--yes`. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRun } from "crv";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runCrv } from "./crv-process.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "crv-maintenance-"));
  await using run = await openRun({ root, runId: "r" });
  for (let tick = 1; tick <= 6; tick++) {
    await run.append("holdings", [{ tick, agent_id: "A", token_id: "T", quantity: tick }]);
  }
});

afterAll(() => rm(root, { recursive: true }));

async function crvJson(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runCrv("--root", root, "--json", ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

async function countParts(): Promise<number> {
  const names = await readdir(join(root, "runs", "r"), { recursive: true });
  return names.filter((name) => name.endsWith(".parquet")).length;
}

test("parts are merged, then what only old versions name is removed", async () => {
  expect(await crvJson("optimize", "r", "--tables", "holdings")).toMatchObject({
    run_id: "r",
    version: 7,
    commits: 1,
    is_complete: true,
    tables: [{ table: "holdings", parts_removed: 6, parts_added: 1, rows: 6 }],
  });
  expect((await runCrv("--root", root, "optimize", "r")).stdout).toBe(
    "optimize: nothing to merge\n",
  );
  const options = ["cleanup", "r", "--keep-versions", "3", "--grace-minutes", "0"];
  const dry = await runCrv("--root", root, ...options);
  expect(dry.stdout).toMatch(
    /^would keep versions 5 to 7\nwould remove 4 files \(4 records, 0 parts/,
  );
  expect(dry.stdout).toContain("add --yes");
  expect(await countParts()).toBe(7);
  expect(await crvJson(...options, "--yes")).toMatchObject({
    dry_run: false,
    floor: 5,
    held_by: null,
    removed: { records: 4, parts: 0 },
  });
  expect(await runCrv("--root", root, "verify", "r", "--deep")).toMatchObject({ code: 0 });
  expect((await runCrv("--root", root, "cleanup", "r")).code).toBe(2);
});

test("a run is copied into another store, and its tables written as plain files", async () => {
  const to = join(root, "elsewhere");
  expect(await crvJson("copy", "r", "--to", to, "--as", "copy")).toMatchObject({ run_id: "r" });
  expect(await runCrv("--root", to, "verify", "copy", "--deep")).toMatchObject({ code: 0 });
  const told = await runCrv(
    "--root",
    root,
    "export",
    "r",
    join(root, "plain"),
    "--tables",
    "holdings",
  );
  expect(told).toMatchObject({ code: 0, stderr: "" });
  expect(told.stdout).toMatch(/^copied version 7: 1 parts, /);
});

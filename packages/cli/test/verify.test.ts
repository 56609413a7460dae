/** Goal: `crv verify` tells of damage in words, as a document, and by its exit code. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRun } from "crv";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runCrv } from "./crv-process.js";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "crv-verify-"));
  await using run = await openRun({ root, runId: "r" });
  await run.append("holdings", [{ tick: 1, agent_id: "A", token_id: "T", quantity: 3 }]);
  await run.append("holdings", [{ tick: 2, agent_id: "A", token_id: "T", quantity: 4 }]);
});

afterAll(() => rm(root, { recursive: true }));

test("a sound run ends with 0, a damaged one with 4, also when it cannot be opened", async () => {
  const sound = await runCrv("--root", root, "verify", "r", "--deep");
  expect(sound).toMatchObject({ code: 0, stderr: "" });
  expect(sound.stdout).toMatch(/^deep: no problem found \(versions 1 to 2, 2 parts, .+ read\)\n$/);

  const log = join(root, "runs", "r", "_log");
  const [first] = (await readdir(log)).sort();
  await writeFile(join(log, first as string), "{}");
  const { code, stdout, stderr } = await runCrv("--root", root, "--json", "verify", "r");
  expect({ code, stderr }).toEqual({ code: 4, stderr: "" });
  const report = JSON.parse(stdout) as { readonly problems: readonly object[] };
  expect(report).toMatchObject({ run_id: "r", deep: false, version: 2, problem_count: 1 });
  expect(report.problems).toEqual([
    expect.objectContaining({ file: "record", kind: "changed", path: `_log/${first}`, version: 1 }),
  ]);
  const told = await runCrv("--root", root, "verify", "r");
  expect(told).toMatchObject({ code: 4, stderr: "" });
  expect(told.stdout).toContain("1 problem (");
});

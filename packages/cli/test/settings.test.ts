/** Goal: `crv settings` shows what is in effect and from where, and every command goes by it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRun } from "crv";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runCrvIn } from "./crv-process.js";

vi.setConfig({ testTimeout: 180_000 });

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "crv-settings-"));
});
afterEach(() => rm(directory, { recursive: true }));

describe("crv settings", () => {
  test("shows each setting, its value, and where that comes from", async () => {
    await writeFile(join(directory, "crv.toml"), "[io]\ntick_bucket_size = 50\n");
    const environment = { CRV_IO_COMPRESSION: "LZ4" };
    const { code, stdout, stderr } = await runCrvIn(directory, environment, "settings");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(17);
    expect(lines.slice(0, 6).map((line) => line.split(/ {2,}/))).toEqual([
      ["setting", "value", "from"],
      ["root_dir", "out", "default"],
      ["partitioning", "tick_buckets", "default"],
      ["tick_bucket_size", "50", "crv.toml, io.tick_bucket_size"],
      ["row_group_size", "131072", "default"],
      ["compression", "lz4", "CRV_IO_COMPRESSION"],
    ]);
  });

  test("says the same as JSON; --root is above all", async () => {
    const file = join(directory, "other.toml");
    await writeFile(file, "stage_concurrency = 2\n");
    const args = ["--json", "--root", "here", "settings", "--file", file];
    const environment = { CRV_IO_VALUATION_ENABLED: "on" };
    const { stdout } = await runCrvIn(directory, environment, ...args);
    const shown = JSON.parse(stdout) as readonly { readonly key: string }[];
    const pick = (key: string): unknown => shown.find((each) => each.key === key);
    expect(pick("root_dir")).toEqual({
      key: "root_dir",
      value: "here",
      source: "option",
      option: "--root",
    });
    expect(pick("stage_concurrency")).toEqual({
      key: "stage_concurrency",
      value: 2,
      source: "file",
      file,
      file_key: "stage_concurrency",
    });
    expect(pick("valuation.enabled")).toEqual({
      key: "valuation.enabled",
      value: true,
      source: "environment",
      variable: "CRV_IO_VALUATION_ENABLED",
    });
    expect(pick("write_manifest_every_n")).toEqual({
      key: "write_manifest_every_n",
      value: null,
      source: "default",
    });
  });

  test.each([
    ["crv.toml", "[io]\n", "io."],
    ["crv.toml", "", ""],
    ["pyproject.toml", "[tool.crv.io]\n", "tool.crv.io."],
    ["package.json", "", "crv.io."],
  ])("names %s, and the key in it, below %j", async (file, heading, prefix) => {
    const io = { tick_bucket_size: 7, valuation: { currency: "EUR" } };
    const toml = `${heading}tick_bucket_size = 7\nvaluation.currency = "EUR"\n`;
    const text = file === "package.json" ? JSON.stringify({ crv: { io } }) : toml;
    await writeFile(join(directory, file), text);
    const environment = { CRV_IO_STRICT_SCHEMA: "no" };
    const { stdout } = await runCrvIn(directory, environment, "settings");
    const lines = stdout.trimEnd().split("\n").slice(1);
    expect(
      lines.map((line) => line.split(/ {2,}/)).filter(([, , from]) => from !== "default"),
    ).toEqual([
      ["tick_bucket_size", "7", `${file}, ${prefix}tick_bucket_size`],
      ["strict_schema", "false", "CRV_IO_STRICT_SCHEMA"],
      ["valuation.currency", "EUR", `${file}, ${prefix}valuation.currency`],
    ]);
    await writeFile(join(directory, file), text.replace("7", "0"));
    const { code, stderr } = await runCrvIn(directory, environment, "settings");
    expect(code).toBe(2);
    expect(stderr).toContain(
      `"${prefix}tick_bucket_size" of ${file} must be a whole number of ticks from 1 to 9007199254740991 (got: 0)`,
    );
  });

  test("ends with 2 for a setting that is wrong, and so does every command", async () => {
    const environment = { CRV_IO_STRICT_SCHEMA: "ture" };
    for (const command of ["settings", "runs"]) {
      const { code, stdout, stderr } = await runCrvIn(directory, environment, command);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain('CRV_IO_STRICT_SCHEMA must be true or false (got: "ture")');
    }
  });
});

test("commands look in the directory that the settings name", async () => {
  {
    await using run = await openRun({ root: join(directory, "store"), runId: "r1" });
    await run.append("holdings", [{ tick: 0, agent_id: "A0", token_id: "T1", quantity: 1 }]);
  }
  await writeFile(join(directory, "crv.toml"), 'root_dir = "store"\n');
  expect((await runCrvIn(directory, {}, "runs")).stdout).toContain("r1");
  const { code } = await runCrvIn(directory, {}, "--root", "out", "runs");
  expect(code).toBe(2);
});

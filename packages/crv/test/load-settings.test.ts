/** Goal: settings are loaded from the real environment and files; the page's example is run as it stands. */
import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { firstBlock } from "../../../tools/readme-example.mjs";
import { IoConfigError, IoError, IoSettings, loadSettings, openRun } from "../src/index.js";
import { scratchDirectory } from "./support/scratch.js";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

describe("loadSettings, IoSettings.load", () => {
  test("read a file and an environment that are given", async () => {
    const file = join(await scratchDirectory(), "big.toml");
    await writeFile(file, "[io]\ntick_bucket_size = 7\nstage_concurrency = 2\n");
    const environment = { CRV_IO_STAGE_CONCURRENCY: "3" };
    const settings = IoSettings.load({ file, environment });
    expect(settings).toBeInstanceOf(IoSettings);
    expect(settings).toMatchObject({ tickBucketSize: 7, stageConcurrency: 3, rootDir: "out" });
    const { effective } = loadSettings({ file, environment });
    expect(effective.find(({ field }) => field === "tickBucketSize")?.origin).toEqual({
      kind: "file",
      path: file,
      key: "io.tick_bucket_size",
    });
  });

  test("refuse options that they do not have, and files that they cannot read", async () => {
    const file = await scratchDirectory();
    expect(() => loadSettings({ path: file } as never)).toThrow(IoError);
    expect(() => IoSettings.load({ file, environment: {} })).toThrow("is not a file");
    expect(() => IoSettings.load({ file: join(file, "none.toml"), environment: {} })).toThrow(
      IoConfigError,
    );
  });

  test("of a process: its environment, and the file of its working directory", async () => {
    const directory = await scratchDirectory();
    const { outputText } = ts.transpileModule(firstBlock("docs/settings.md", "ts"), {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    await writeFile(join(directory, "example.mjs"), outputText);
    await writeFile(join(directory, "crv.toml"), firstBlock("docs/settings.md", "toml"));
    await mkdir(join(directory, "node_modules"));
    await symlink(PACKAGE, join(directory, "node_modules", "crv"), "junction");
    const { stdout } = await promisify(execFile)(process.execPath, ["example.mjs"], {
      cwd: directory,
      env: { ...process.env, CRV_IO_COMPRESSION: "lz4" },
    });
    expect(stdout.split("\n")).toEqual([
      "root_dir runs file",
      "tick_bucket_size 1440 file",
      "compression lz4 environment",
      "valuation.enabled true file",
      "",
    ]);
    await using run = await openRun({ root: join(directory, "runs"), runId: "demo" });
    const manifest = await run.manifest("holdings");
    expect(manifest?.partitions.map(({ bucketId }) => bucketId)).toEqual([1]);
  });
});

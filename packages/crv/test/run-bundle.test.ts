/**
 * Goal: the run bundle has every member of the original, with right values, and no damaged table or
 * leftover file keeps it from being written.
 * Method: runs on the real disk; the file is read as another program would read it.
 */
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { openRun, type Run, writeRunBundleManifest } from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listFiles, listParts, listTree } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";

const run = promisify(execFile);
const RUN_ID = "run-1";
const holding = (tick: number) => ({ tick, agent_id: "A0", token_id: "T1", quantity: tick });
const EDGE = { tick: 5, observer_agent_id: "A1", edge_kind: "self_to_object", edge_weight: 0.5 };
const readBundle = async (path: string) =>
  JSON.parse(await readFile(join(path, "bundle.manifest.json"), "utf8"));

async function fill(opened: Run): Promise<void> {
  await opened.append("holdings", [holding(1), holding(150)]);
  await opened.append("identity_edges", [EDGE]);
}

describe("run.writeBundle", () => {
  test("writes every member of the original, and ours beside them", async () => {
    await using opened = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    await fill(opened);
    const written = await opened.writeBundle({ meta: { seed: 7, notes: ["a", null] } });
    const bundle = await readBundle(opened.path);
    expect(bundle).toEqual(JSON.parse(JSON.stringify(written)));
    expect(Object.keys(bundle)).toEqual([
      "schema_version",
      "run",
      "env",
      "io",
      "tables",
      "artifacts",
      "meta",
      "run_version",
    ]);
    expect(bundle).toMatchObject({
      schema_version: 1,
      run: { run_id: RUN_ID, core_schema_v: { major: 0, minor: 1, date: "2025-09-20" } },
      env: {
        python: null,
        polars: null,
        pyarrow: null,
        node: process.version,
        crv: expect.stringMatching(/^\d+\.\d+\.\d+/),
        apache_arrow: expect.stringMatching(/^\d+\.\d+\.\d+/),
        parquet_wasm: expect.stringMatching(/^\d+\.\d+\.\d+/),
      },
      io: {
        partitioning: "tick_buckets",
        tick_bucket_size: 100,
        row_group_size: 131072,
        compression: "zstd",
        strict_schema: true,
        fs_protocol: "file",
        fs_options: {},
        write_manifest_every_n: null,
        valuation: { enabled: false, cost_method: "wac", vwap_window_ticks: 10 },
      },
      artifacts: { lab: { tidy: [], probes: [], policy: [], audit: [] }, world: {}, mind: {} },
      meta: { seed: 7, notes: ["a", null] },
      run_version: 2,
    });
    expect(Object.keys(bundle.run.git).sort()).toEqual(["directory", "dirty", "sha"]);
    expect(Object.keys(bundle.tables)).toEqual(["holdings", "identity_edges"]);
    const { holdings } = bundle.tables;
    expect(holdings).toMatchObject({ rows: 2, tick_min: 1, tick_max: 150, buckets: [0, 1] });
    expect([holdings.total_rows, holdings.total_bytes]).toEqual([holdings.rows, holdings.bytes]);
    const view = JSON.parse(
      await readFile(join(opened.path, "tables/holdings/manifest.json"), "utf8"),
    );
    const sizes = Object.values<{ byte_size: number }>(view.partitions).map((p) => p.byte_size);
    expect(holdings.bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
  });

  test("its run was created at the first commit; only `written_at` moves", async () => {
    await using opened = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    await fill(opened);
    const first = await opened.writeBundle();
    const again = await opened.writeBundle();
    const [, oldest] = await opened.log();
    expect(first.run.created_at).toBe(oldest?.createdAt.replace("Z", "000+00:00"));
    expect(again.run.created_at).toBe(first.run.created_at);
    expect(again.run.written_at > first.run.created_at).toBe(true);
  });

  test("lists artifacts with the rows of Parquet files, and says what it leaves out", async () => {
    await using opened = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    await fill(opened);
    const tidy = join(opened.path, "artifacts", "lab", "tidy");
    await mkdir(join(tidy, "deeper"), { recursive: true });
    const [part = ""] = await listParts(opened.path);
    await writeFile(join(tidy, "b.parquet"), await readFile(join(opened.path, part)));
    await writeFile(join(tidy, "a.txt"), "text");
    await writeFile(join(tidy, "c.parquet"), "not Parquet");
    await writeFile(join(tidy, "a.txt.tmp"), "half");
    await writeFile(join(tidy, "deeper", "x.txt"), "text");
    const { artifacts } = await opened.writeBundle();
    expect(artifacts.lab.tidy).toEqual([
      { path: "artifacts/lab/tidy/a.txt", bytes: 4 },
      { path: "artifacts/lab/tidy/b.parquet", bytes: expect.any(Number), rows: 1 },
      { path: "artifacts/lab/tidy/c.parquet", bytes: 11 },
    ]);
    expect(artifacts.omitted).toEqual([
      { path: "artifacts/lab/tidy/a.txt.tmp", reason: "a write under way" },
    ]);
  });

  test("a table whose view and part are damaged keeps no other from being bundled", async () => {
    await using opened = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    await fill(opened);
    await writeFile(join(opened.path, "tables", "holdings", "manifest.json"), "{");
    await mkdir(join(opened.path, "tables", "messages"));
    await writeFile(join(opened.path, "tables", "messages", "manifest.json"), "null");
    for (const part of await listParts(opened.path)) {
      if (part.includes("holdings")) await rm(join(opened.path, part));
    }
    const { tables } = await opened.writeBundle();
    expect(tables).toMatchObject({ holdings: { rows: 2 }, identity_edges: { rows: 1 } });
    expect(Object.keys(tables)).toHaveLength(2);
  });

  test("notes the revision of the directory that is named, and whether it was changed", async () => {
    const sources = await scratchDirectory();
    const git = (...args: string[]) => run("git", ["-C", sources, ...args]);
    await using opened = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    const sourceDirectory = sources;
    const none = await opened.writeBundle({ sourceDirectory });
    expect(none.run.git).toEqual({ sha: null, dirty: null, directory: sources });
    await git("init", "-q");
    await git("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x", "--allow-empty");
    const { stdout } = await git("rev-parse", "HEAD");
    const clean = await opened.writeBundle({ sourceDirectory });
    expect(clean.run.git).toEqual({ sha: stdout.trim(), dirty: false, directory: sources });
    await writeFile(join(sources, "new.txt"), "");
    expect((await opened.writeBundle({ sourceDirectory })).run.git.dirty).toBe(true);
  });

  test("refuses what JSON cannot say, misspelt options, and a run that is only read", async () => {
    const root = await scratchDirectory();
    await using opened = await openRun({ root, runId: RUN_ID });
    const wrong = { name: "IoError", code: "INVALID_ARGUMENT" };
    for (const value of [Number.NaN, () => 1, new Map(), new Date()]) {
      await refusal(() => opened.writeBundle({ meta: { value } }), { ...wrong, says: ["meta"] });
    }
    await refusal(() => opened.writeBundle({ mete: {} } as never), { ...wrong, says: ['"mete"'] });
    expect(await listFiles(opened.path)).toEqual([]);
    await opened.append("holdings", [holding(1)]);
    await using reader = await openRun({ root, runId: RUN_ID, mode: "readOnly" });
    await refusal(() => reader.writeBundle(), {
      name: "IoError",
      code: "READ_ONLY",
      says: ["readWrite"],
    });
  });

  test("a bundle that shows versions which the log does not have is no longer replaced", async () => {
    await using opened = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    await fill(opened);
    const path = join(opened.path, "bundle.manifest.json");
    await writeFile(path, '{"run_version": 9}');
    await refusal(() => opened.writeBundle(), {
      name: "IoManifestError",
      code: "RECOVERY_BLOCKED",
      says: ["bundle.manifest.json", "remove this file"],
    });
    for (const torn of ["", "{", "[]", '{"schema_version": 1}']) {
      await writeFile(path, torn);
      await opened.writeBundle();
      expect(await readBundle(opened.path)).toMatchObject({ run_version: 2 });
    }
  });
});

describe("writeRunBundleManifest", () => {
  test("writes the bundle of a run by its settings; a run without tables has none", async () => {
    const rootDir = await scratchDirectory();
    const bundle = await writeRunBundleManifest({ rootDir, tickBucketSize: 7 }, RUN_ID);
    expect(bundle).toMatchObject({
      tables: {},
      io: { root_dir: rootDir, tick_bucket_size: 7 },
      meta: {},
    });
    expect(bundle.run.created_at).toBe(bundle.run.written_at);
    expect(await readBundle(join(rootDir, "runs", RUN_ID))).toEqual(
      JSON.parse(JSON.stringify(bundle)),
    );
  });
});

describe("run.rebuildManifest", () => {
  test("writes the view of the log over whatever lies there, with all its times", async () => {
    const settings = { writeManifestEveryN: 1 };
    await using opened = await openRun({
      root: await scratchDirectory(),
      runId: RUN_ID,
      settings,
    });
    await fill(opened);
    await opened.append("holdings", [holding(2)]);
    const path = join(opened.path, "tables", "holdings", "manifest.json");
    const before = await readFile(path, "utf8");
    for (const found of [undefined, "", "{", '{"run_version": 1}', '{"run_version": 3}']) {
      if (found === undefined) await rm(path);
      else await writeFile(path, found);
      const manifest = await opened.rebuildManifest("holdings");
      expect(manifest).toMatchObject({ rows: 3, tableVersion: 2 });
      expect(await readFile(path, "utf8")).toBe(before);
    }
  });

  test("refuses a table that the run does not have, and a view ahead of the log", async () => {
    await using opened = await openRun({ root: await scratchDirectory(), runId: RUN_ID });
    await fill(opened);
    const path = join(opened.path, "tables", "holdings", "manifest.json");
    const tree = await listTree(opened.path);
    await refusal(() => opened.rebuildManifest("messages"), {
      name: "IoSchemaError",
      code: "UNKNOWN_TABLE",
      says: ["messages", "holdings, identity_edges"],
    });
    expect(await listTree(opened.path)).toEqual(tree);
    await writeFile(path, '{"run_version": 99}');
    await refusal(() => opened.rebuildManifest("holdings"), {
      name: "IoManifestError",
      code: "RECOVERY_BLOCKED",
      says: ["tables/holdings/manifest.json"],
    });
  });
});

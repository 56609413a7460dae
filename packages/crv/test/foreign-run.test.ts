/**
 * Goal: a run that the Python original wrote is read as it is and taken over in one commit, with every
 * row and without a file rewritten; parts written elsewhere are registered in one commit, or not at all.
 * Method: a run made with pyarrow (tools/make-fixtures/foreign-run.py), copied; it holds what such runs
 * hold: native structs, LZ4_RAW, large strings, parts of other columns, lost and torn manifests.
 */
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  adoptRun,
  copyRun,
  openRun,
  openStore,
  type Run,
  type RunSummary,
  verifyRun,
} from "../src/index.js";
import { refusal } from "./support/expected-errors.js";
import { listFiles, listParts, listTree } from "./support/listing.js";
import { scratchDirectory } from "./support/scratch.js";
import { flights, flightsFrom } from "./support/tables.js";

const FIXTURE = fileURLToPath(new URL("fixtures/foreign", import.meta.url));
const runId = "20250101-000000";
const ORPHAN = "tables/holdings/bucket=000002/part-00000000000000000000000000000004.parquet";

async function copyFixture(): Promise<string> {
  const root = join(await scratchDirectory(), "out");
  await cp(FIXTURE, root, { recursive: true });
  return root;
}
const openToRead = (root: string) => openRun({ root, runId, mode: "readOnly" });
const rowsOf = (run: Run, table: string) =>
  run.scan(table, { order: "tick", int64: "bigint" }).toRows();

async function checkRows(run: Run): Promise<void> {
  expect(await rowsOf(run, "holdings")).toMatchObject(
    [3, 7, 50, 51, 99, 150].map((tick) => ({
      tick: BigInt(tick),
      token_id: "Zürich",
      quantity: 2n ** 53n + BigInt(tick),
    })),
  );
  expect(await rowsOf(run, "exchange")).toMatchObject([
    { additional_payload: { note: "a" }, quantity: 1.5, side: null },
    { additional_payload: { legs: [{ q: 1 }, { q: 2 }], fee: 0.5 } },
  ]);
  expect(await rowsOf(run, "identity_edges")).toMatchObject([
    { subject_id: "A0", edge_sign: null, edge_weight: 0.5, token_id: null },
    { subject_id: null, edge_sign: -1n, edge_weight: null, token_id: null },
  ]);
  expect(await rowsOf(run, "messages")).toMatchObject([{ audience: { text: "all" } }]);
  const decisions = await rowsOf(run, "decisions");
  expect(decisions).toMatchObject([{ action_candidates: [{ kind: "gift_token" }] }, { tick: 2n }]);
  expect(Object.keys(decisions[0] as object)).not.toContain("extra");
}

describe("a run of the original", () => {
  test("is read as it is, and nothing is written", async () => {
    const root = await copyFixture();
    const before = await listTree(root);
    await using run = await openToRead(root);
    await checkRows(run);
    expect(run.version).toBe(0);
    expect(await run.log()).toEqual([]);
    expect((await run.tables()).map(({ table, rows }) => [table, rows])).toEqual([
      ["decisions", 2],
      ["exchange", 2],
      ["holdings", 6],
      ["identity_edges", 2],
      ["messages", 1],
    ]);
    const within = { where: { tickMin: 50, tickMax: 120 } };
    const ticks = await run.scan("holdings", { ...within, columns: ["tick"] }).toRows();
    expect(ticks.map(({ tick }) => tick)).toEqual(expect.arrayContaining([99, 50, 51]));
    expect(await run.scan("holdings", within).count()).toBe(3);
    expect(run.foreign?.skipped.map(({ path }) => path)).toEqual([ORPHAN]);
    expect(run.foreign?.leftOut).toMatchObject([{ table: "decisions", column: "extra" }]);
    expect(await listTree(root)).toEqual(before);
  });

  test("is read without any manifest, and with a damaged file told apart", async () => {
    const root = await copyFixture();
    const path = join(root, "runs", runId);
    for (const file of await listFiles(path)) {
      if (file.endsWith("manifest.json")) await rm(join(path, file));
    }
    const [torn = ""] = (await listParts(path)).filter((part) => part.includes("exchange"));
    await writeFile(join(path, torn), "PAR1 no more");
    await mkdir(join(path, "tables", "holdings", "bucket=7"));
    await copyFile(join(path, ORPHAN), join(path, "tables/holdings/bucket=7/part-1.parquet"));
    await using run = await openToRead(root);
    expect(await run.scan("holdings").count()).toBe(7);
    expect(await run.scan("exchange").count()).toBe(1);
    expect(run.foreign?.skipped.map((skipped) => skipped.path).sort()).toEqual([
      torn,
      "tables/holdings/bucket=7/part-1.parquet",
    ]);
  });

  test("cannot be written until it is taken over: that would hide its rows", async () => {
    const root = await copyFixture();
    await refusal(() => openRun({ root, runId }), {
      name: "IoError",
      code: "READ_ONLY",
      says: [runId, "crv adopt", "readOnly"],
    });
    await using run = await openToRead(root);
    await checkRows(run);
  });

  test("is listed as foreign, and verified only when it was taken over", async () => {
    const root = await copyFixture();
    const before = await listTree(root);
    const store = await openStore(root);
    expect(store.storeId).toBeNull();
    const listed = { runId, status: "foreign", version: 0, tables: 5, rows: 13 };
    expect(await store.runs()).toMatchObject([listed]);
    expect(await store.runs({ status: "foreign" })).toMatchObject([listed]);
    expect(await store.runs({ status: "finished" })).toEqual([]);
    expect(await store.scan("holdings", { int64: "bigint" }).toRows()).toHaveLength(6);
    await using run = await store.openRun({ runId, mode: "readOnly" });
    for (const verify of [() => verifyRun({ root, runId }), () => run.verify()]) {
      await refusal(verify, {
        name: "IoError",
        code: "NOT_FOUND",
        says: [runId, "no log to verify", "crv adopt"],
      });
    }
    for (const change of [
      () => store.labelRun(runId, { add: ["old"] }),
      () => store.deleteRun(runId),
      () => copyRun({ root, runId, to: `${root}-copy` }),
    ]) {
      await refusal(change, {
        name: "IoError",
        code: "NOT_FOUND",
        says: [root, "runs of another program", "crv adopt"],
      });
    }
    expect(await listTree(root)).toEqual(before);
    await adoptRun({ root, runId });
    expect(await (await openStore(root)).runs()).toMatchObject([{ status: "finished" }]);
    expect((await verifyRun({ root, runId })).problems).toEqual([]);
  });

  test("is not what a first write left that was never committed", async () => {
    const root = await scratchDirectory();
    await using run = await openRun({ root, runId: "first", tables: [flights] });
    let seen: readonly string[] | undefined;
    await run.transaction(async (tx) => {
      await tx.insert("flights", flightsFrom(0, 3));
      await tx.overwrite("flights", flightsFrom(0, 5));
      await using reader = await openRun({ root, runId: "first", mode: "readOnly" });
      seen = (await reader.tables()).map(({ table }) => table);
    });
    expect(seen).toEqual([]);
    expect(await run.scan("flights").count()).toBe(5);
  });
});

describe("adoptRun", () => {
  test("names every part in one commit, as it lies; then the run is like any other", async () => {
    const root = await copyFixture();
    const path = join(root, "runs", runId);
    const parts = (await listTree(path)).filter((line) => line.includes(".parquet "));
    const report = await adoptRun({ root, runId, actor: "migration" });
    expect(report.tables).toContainEqual({ table: "holdings", rows: 6, parts: 3 });
    expect(report.skipped.map((skipped) => skipped.path)).toEqual([ORPHAN]);
    {
      await using run = await openRun({ root, runId });
      await checkRows(run);
      expect(run.version).toBe(1);
      expect(run.foreign).toBeUndefined();
      expect(await run.log()).toMatchObject([{ version: 1, operations: [{ actor: "migration" }] }]);
      const plan = await run.scan("holdings", { where: { tickMin: 100 } }).files();
      expect(plan).toHaveLength(1);
      const holding = { tick: 8, agent_id: "A9", token_id: "T", quantity: 1 };
      expect(await run.append("holdings", [holding])).toMatchObject({ version: 2 });
      await run.transaction((tx) => tx.delete("holdings", { agent_id: "A0" }));
      expect(await run.scan("holdings", { filter: { agent_id: "A0" } }).count()).toBe(0);
      await run.rebuildManifest("holdings");
    }
    const view = JSON.parse(
      await readFile(join(path, "tables", "exchange", "manifest.json"), "utf8"),
    );
    expect(view.partitions["000000"]).toMatchObject({ row_count: 2, tick_min: 1, tick_max: 2 });
    const now = await listTree(path);
    for (const part of parts) expect(now).toContain(part);
    const store = await openStore(root);
    expect((await store.runs()) as RunSummary[]).toMatchObject([{ runId, version: 3, tables: 5 }]);
  });

  test("leaves parts that are verified and merged as others are", async () => {
    const root = await copyFixture();
    await adoptRun({ root, runId });
    await using run = await openRun({ root, runId });
    expect((await run.verify({ deep: true })).problems).toEqual([]);
    await run.optimize({ bucketPartsMin: 2 });
    await checkRows(run);
    expect(await run.scan("holdings").files()).toHaveLength(2);
  });

  test("is done once, and needs something to take over", async () => {
    const root = await copyFixture();
    await adoptRun({ root, runId });
    await refusal(() => adoptRun({ root, runId }), {
      name: "IoError",
      code: "ALREADY_EXISTS",
      says: [runId, "stageFiles"],
    });
    await using empty = await openRun({ root, runId: "empty" });
    await empty.close();
    await refusal(() => adoptRun({ root, runId: "empty" }), {
      name: "IoError",
      code: "NOT_FOUND",
      says: ["empty", "tables/"],
    });
    await refusal(() => adoptRun({ root, runId: "absent" }), {
      name: "IoError",
      code: "NOT_FOUND",
      says: ["absent"],
    });
  });

  test("of several at once, one takes it over", async () => {
    const root = await copyFixture();
    const outcomes = await Promise.allSettled([
      adoptRun({ root, runId }),
      adoptRun({ root, runId }),
      adoptRun({ root, runId }),
    ]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await using run = await openRun({ root, runId });
    await checkRows(run);
  });

  test("refuses another bucket size, a damaged file, a part of another table; nothing changes", async () => {
    const root = await copyFixture();
    const path = join(root, "runs", runId);
    await refusal(() => adoptRun({ root, runId, settings: { tickBucketSize: 60 } }), {
      name: "IoSchemaError",
      code: "INVALID_TICK",
      says: ["holdings", "60 ticks per bucket"],
    });
    const parts = await listParts(path);
    const part = (table: string) => join(path, parts.find((name) => name.includes(table)) ?? "");
    const whole = await readFile(part("messages"));
    await copyFile(part("holdings"), part("messages"));
    await refusal(() => adoptRun({ root, runId }), {
      name: "SchemaError",
      code: "INVALID_DESCRIPTOR",
      says: ["messages", '"holdings"'],
    });
    await writeFile(part("messages"), whole.subarray(0, 100));
    await refusal(() => adoptRun({ root, runId }), {
      name: "IoError",
      code: "CORRUPT",
      says: ["messages"],
    });
    expect(await listFiles(join(path, "_log"))).toEqual([]);
    const { skipped } = await adoptRun({ root, runId, skipDamaged: true });
    expect(skipped.map((skip) => skip.path)).toContainEqual(expect.stringContaining("messages"));
  });
});

describe("run.stageFiles", () => {
  const name = (digit: string) => `tables/holdings/bucket=000000/part-${digit.repeat(32)}.parquet`;
  const part = join(
    FIXTURE,
    "runs",
    runId,
    "tables/holdings/bucket=000000/part-00000000000000000000000000000001.parquet",
  );

  async function place(run: Run, path: string, from = part): Promise<string> {
    const target = join(run.path, path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(from, target);
    return path;
  }

  test("registers parts that others wrote, all in one commit", async () => {
    await using run = await openRun({ root: await scratchDirectory(), runId: "r1" });
    const files = await Promise.all(["a", "b"].map((digit) => place(run, name(digit))));
    const staged = await run.stageFiles({ holdings: files }, { message: "two workers" });
    expect(staged).toMatchObject({ version: 1, tables: [{ table: "holdings", rows: 6 }] });
    expect(await run.scan("holdings").count()).toBe(6);
    expect(await run.log()).toMatchObject([{ operations: [{ kind: "files" }] }]);
    expect(await listParts(run.path)).toEqual(files);
    await refusal(() => run.stageFiles({ holdings: [name("a")] }), {
      name: "IoError",
      code: "ALREADY_EXISTS",
      says: [name("a")],
    });
  });

  test("refuses what is no part of its table; the file stays, nothing is visible", async () => {
    await using run = await openRun({ root: await scratchDirectory(), runId: "r1" });
    await place(run, "tables/holdings/bucket=000009/part-c.parquet");
    const wrong: readonly [Record<string, string[]>, string, string][] = [
      [{ holdings: [name("d")] }, "IoError", "NOT_FOUND"],
      [{ holdings: ["tables/holdings/x.parquet"] }, "IoSchemaError", "INVALID_ARGUMENT"],
      [{ messages: [await place(run, name("e"))] }, "IoSchemaError", "INVALID_ARGUMENT"],
      [{ holdings: ["../../evil.parquet"] }, "GrammarError", "INVALID_NAME"],
      [
        { holdings: [await place(run, name("f").replace("000000/", "000003/"))] },
        "IoSchemaError",
        "INVALID_TICK",
      ],
      [
        {
          messages: [await place(run, name("0").replace("holdings", "messages"))],
        },
        "SchemaError",
        "INVALID_DESCRIPTOR",
      ],
    ];
    for (const [files, error, code] of wrong) {
      await refusal(() => run.stageFiles(files), { name: error, code, says: [] });
    }
    expect(run.version).toBe(0);
    expect(await listParts(run.path)).toHaveLength(4);
  });

  test("inside a transaction, registers files together with rows, or neither", async () => {
    await using run = await openRun({ root: await scratchDirectory(), runId: "r1" });
    const row = { tick: 1, agent_id: "A9", token_id: "T1", quantity: 5 };
    const file = await place(run, name("a"));
    const failing = run.transaction(async (tx) => {
      await tx.stageFiles({ holdings: [file] });
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(run.version).toBe(0);
    const result = await run.transaction(async (tx) => {
      await tx.stageFiles({ holdings: [file] });
      expect(await tx.scan("holdings").count()).toBe(3);
      await tx.insert("holdings", [row]);
      await tx.putFile("origin.txt", new TextEncoder().encode("worker 1"));
    });
    expect(result).toMatchObject({ version: 1, tables: [{ table: "holdings", rowsAdded: 4 }] });
    expect(await run.scan("holdings").count()).toBe(4);
    expect(await run.scan("holdings").files()).toContain(join(run.path, file));
  });
});

/**
 * Goal: optimizing changes parts and nothing else: rows, their order by tick, older versions, and what
 * statistics and key filters answer; beside writers and readers; once.
 */
import type { PartEntry } from "@crv/core";
import { SimulatedClock, SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { planOptimize } from "../src/optimize/plan-optimize.js";
import { verifyRun } from "../src/verify/verify-run.js";
import {
  BY_VALUE,
  commitRows,
  LEFT,
  type OpenedProcess,
  openProcess,
  RIGHT,
  readPinned,
  readValues,
  rowsAt,
} from "./support/universe.js";

async function runOfSmallParts(count: number) {
  const disk = new SimulatedDisk({ clock: new SimulatedClock({ autoAdvance: true }) });
  const opened = await openProcess(disk, "writer");
  for (let value = 1; value <= count; value++) {
    await commitRows(opened.storage, [
      { table: LEFT, values: [value] },
      { table: RIGHT, values: [value] },
    ]);
  }
  return { disk, ...opened };
}

async function countParts({ storage }: Pick<OpenedProcess, "storage">, table: string) {
  await using snapshot = await storage.snapshot();
  return storage
    .manifest(snapshot, table as never)
    ?.partitions.map(({ bucketId, parts }) => [bucketId, parts.length]);
}

const valuesUpTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

describe("optimize", () => {
  test("merges the parts of each bucket, keeps the rows, and does nothing twice", async () => {
    const run = await runOfSmallParts(25);
    const { storage, store, parts } = run;
    const before = await storage.snapshot();
    const report = await storage.optimize();
    expect(report).toMatchObject({ version: 27, commits: 2, isComplete: true });
    expect(report.tables).toEqual([
      expect.objectContaining({ table: "left_table", partsRemoved: 25, partsAdded: 3, rows: 25 }),
      expect.objectContaining({ table: "right_table", partsRemoved: 25, partsAdded: 3, rows: 25 }),
    ]);
    expect(await countParts(run, LEFT.name)).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(await readValues(storage, LEFT.name)).toEqual(valuesUpTo(25));
    expect(await readPinned(storage, before, LEFT.name)).toEqual(valuesUpTo(25));
    expect(await readValues(storage, LEFT.name, 20)).toEqual(valuesUpTo(20));
    expect(await storage.optimize()).toEqual({
      version: 27,
      commits: 0,
      tables: [],
      isComplete: true,
    });
    const { problems, unreferenced } = await verifyRun({ store, parts }, { deep: true });
    expect({ problems, unreferenced }).toEqual({
      problems: [],
      unreferenced: { files: 0, bytes: 0 },
    });
  });

  test("is a commit of its own kind that says it preserves the rows", async () => {
    const { storage } = await runOfSmallParts(2);
    await storage.optimize({ tables: [LEFT.name], actor: "night" });
    const records = [];
    for await (const record of storage.commits({ after: 2 })) records.push(record);
    expect(records).toMatchObject([
      { kind: "optimize", operations: [{ kind: "optimize", actor: "night" }] },
    ]);
    expect(records[0]?.tables.get(LEFT.name)).toMatchObject({ preserving: true, version: 3 });
  });

  test("a strict writer that began before it still commits; one that rewrites a part does not", async () => {
    const { storage } = await runOfSmallParts(3);
    const base = await storage.snapshot();
    const appends = await storage.begin({ base, mode: "strict" });
    await appends.stageAppend(LEFT.name, one(4));
    const deletes = await storage.begin({ base, mode: "strict" });
    const where = { kind: "compare", column: "value", op: "eq", value: 1 } as const;
    await deletes.stageDelete(RIGHT.name, where);
    await storage.optimize();
    expect(await appends.commit()).toMatchObject({ kind: "committed" });
    expect(await deletes.commit()).toMatchObject({
      kind: "conflict",
      conflict: { kind: "PartsReplaced", tableKey: RIGHT.name },
    });
    expect(await readValues(storage, LEFT.name)).toEqual(valuesUpTo(4));
    expect(await readValues(storage, RIGHT.name)).toEqual(valuesUpTo(3));
  });

  test("appends of another process land while it works, and it lands too", async () => {
    const { disk, storage, store, parts } = await runOfSmallParts(30);
    const other = await openProcess(disk, "other");
    const appending = (async () => {
      for (let value = 31; value <= 60; value++) {
        await commitRows(other.storage, [{ table: LEFT, values: [value] }]);
      }
    })();
    const report = await storage.optimize({ tables: [LEFT.name] });
    await appending;
    expect(report.tables[0]?.partsRemoved).toBeGreaterThan(20);
    expect(await readValues(storage, LEFT.name)).toEqual(valuesUpTo(60));
    expect((await verifyRun({ store, parts }, { deep: true })).problems).toEqual([]);
  });

  test("a delete at the same time lands, or it does, and nothing is lost", async () => {
    const { disk, storage } = await runOfSmallParts(4);
    const other = await openProcess(disk, "other");
    const third = await openProcess(disk, "third");
    const where = { kind: "compare", column: "value", op: "eq", value: 2 } as const;
    const base = await other.storage.snapshot();
    const deletes = await other.storage.begin({ base, mode: "strict" });
    await deletes.stageDelete(LEFT.name, where);
    const [report, outcome] = await Promise.all([third.storage.optimize(), deletes.commit()]);
    expect(report.isComplete).toBe(true);
    const gone = outcome.kind === "committed";
    expect(await readValues(storage, LEFT.name)).toEqual(gone ? [1, 3, 4] : [1, 2, 3, 4]);
    await third.storage.optimize();
    expect(await countParts(third, LEFT.name)).toEqual([[0, 1]]);
  });

  test("ends with its budget, and says so", async () => {
    const run = await runOfSmallParts(9);
    const first = await run.storage.optimize({ tables: [LEFT.name], budget: { parts: 4 } });
    expect(first).toMatchObject({ isComplete: false, tables: [{ partsRemoved: 4 }] });
    expect(await countParts(run, LEFT.name)).toEqual([[0, 6]]);
    expect(await run.storage.optimize({ bucketPartsMin: 7 })).toMatchObject({
      tables: [{ table: RIGHT.name }],
    });
    expect(await countParts(run, LEFT.name)).toEqual([[0, 6]]);
  });

  test("merged parts have key filters, by which merges find their rows", async () => {
    const disk = new SimulatedDisk();
    const { storage, store, parts } = await openProcess(disk, "writer");
    await commitRows(storage, [{ table: BY_VALUE, values: [1, 2] }]);
    await commitRows(storage, [{ table: BY_VALUE, values: [3, 4] }]);
    await storage.optimize();
    await using snapshot = await storage.snapshot();
    const plan = await storage.plan(snapshot, { table: BY_VALUE.name });
    expect(plan.parts).toHaveLength(1);
    expect(plan.parts[0]?.keyFilter).toMatchObject({ columns: ["value"], keys: 4 });
    expect((await verifyRun({ store, parts }, { deep: true })).problems).toEqual([]);
  });

  test("wrong arguments and damaged parts change nothing", async () => {
    const { disk, storage } = await runOfSmallParts(2);
    const refused = (options: object) => storage.optimize(options);
    await expect(refused({ tables: ["nowhere"] })).rejects.toMatchObject({ code: "UNKNOWN_TABLE" });
    await expect(refused({ targetBytes: 0 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const part = [...disk.objects().keys()].find((key) => key.startsWith("tables/left")) as never;
    disk.tamper(part, (bytes) => bytes.map((byte) => byte ^ 1));
    await expect(refused({})).rejects.toMatchObject({ code: "CORRUPT" });
    expect(storage.version).toBe(2);
    expect([...disk.objects().keys()].filter((key) => key.startsWith("_recovery"))).toEqual([]);
  });
});

async function* one(value: number) {
  yield rowsAt(LEFT, value, [value]);
}

describe("planOptimize", () => {
  const part = (path: string, bytes: number, tickMin: number): PartEntry =>
    ({ path, bytes, rows: 1, bucket: 0, tickMin, tickMax: tickMin }) as unknown as PartEntry;
  const target = { bytes: 100, rows: 1000, bucketPartsMin: 2 };

  test("fills groups up to the target, in order of ticks, and leaves large parts alone", () => {
    const parts = [part("d", 40, 4), part("a", 40, 1), part("b", 51, 2), part("c", 50, 3)];
    expect(planOptimize(parts, target).map((group) => group.map((p) => p.path))).toEqual([
      ["a", "c"],
    ]);
  });

  test("a single small part is no work", () => {
    expect(planOptimize([part("a", 1, 1), part("b", 99, 2)], target)).toEqual([]);
    expect(planOptimize([], target)).toEqual([]);
  });
});

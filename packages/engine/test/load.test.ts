/**
 * Loads on the simulated disk: what each mode leaves, how many tables are staged at once, what a
 * failure leaves, and what conflicts with what (docs/design/protocol.md, "Conflicts").
 */
import { defineTable } from "@crv/core";
import type { Dataset, LoadMode } from "@crv/io";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { datasetOver } from "./support/datasets.js";
import { Scheduler } from "./support/scheduler.js";
import { openProcess } from "./support/universe.js";

const columns = { tick: "i64", id: "str", score: "i64?" } as const;
const [ANTS, BEES, COWS, DOGS] = ["ants", "bees", "cows", "dogs"].map((name) =>
  defineTable({ name, columns, key: ["id"], bucketSize: 10 }),
) as [Animal, Animal, Animal, Animal];
type Animal = ReturnType<typeof defineTable<typeof columns>>;
const TABLES = [ANTS, BEES, COWS, DOGS] as const;

/** Writes of a part. */
const PART = /^tables\/(\w+)\/bucket=.*\.parquet$/;

interface Row {
  readonly tick: number;
  readonly id: string;
  readonly score: number | null;
}

const row = (tick: number, id: string, score: number | null = null): Row => ({ tick, id, score });

async function openRun(settings = {}) {
  const disk = new SimulatedDisk();
  const { storage } = await openProcess(disk, "writer");
  return { disk, storage, run: datasetOver(storage, TABLES, settings) };
}

async function* streamOf(...rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows;
}

async function rowsOf(run: Dataset<typeof TABLES>, table: Animal): Promise<readonly Row[]> {
  return run.scan(table, { order: "tick" }).toRows();
}

/**
 * Runs `work` and returns the most tables whose parts were under way at once. Parts come last of the
 * calls that may come next, so that as many pile up as there can be.
 */
async function countTablesAtOnce(disk: SimulatedDisk, work: () => Promise<unknown>) {
  let most = 0;
  const scheduler = new Scheduler((calls) => {
    const tables = calls.map(({ key }) => PART.exec(key)?.[1]);
    most = Math.max(most, new Set(tables.filter((table) => table !== undefined)).size);
    return Math.max(0, tables.indexOf(undefined));
  });
  scheduler.attach(disk);
  const done = work();
  await scheduler.run([done]);
  disk.onStep = undefined;
  await done;
  return most;
}

/** Parts and sidecars. */
function staged(disk: SimulatedDisk): readonly string[] {
  return [...disk.objects().keys()].filter((key) => /^(tables\/.*parquet|_recovery\/)/.test(key));
}

async function* endless(): AsyncGenerator<Row[]> {
  for (let tick = 0; ; tick++) {
    await new Promise(setImmediate);
    yield Array.from({ length: 1000 }, (_, i) => row(tick * 10, `${tick}-${i}`));
  }
}

describe("a load", () => {
  const before = [row(1, "a", 1), row(12, "b", 2)];
  const rows = [row(3, "c", 3), row(4, "b", 4), row(5, "b", 5)];

  test.each<[LoadMode, readonly Row[], number]>([
    ["append", [row(1, "a", 1), ...rows, row(12, "b", 2)], 0],
    ["merge", [row(1, "a", 1), row(3, "c", 3), row(5, "b", 5)], 1],
    ["overwrite", rows, 2],
  ])("%s, of rows in memory and of a stream, in one commit", async (mode, expected, removed) => {
    const { run, storage } = await openRun();
    await run.load({ ants: before, bees: streamOf(...before) });
    const result = await run.load({ ants: streamOf(...rows), bees: rows, cows: [] }, { mode });
    expect(storage.version).toBe(2);
    expect(result.tables.map(({ rowsRemoved }) => rowsRemoved).slice(0, 2)).toEqual([
      removed,
      removed,
    ]);
    expect(await rowsOf(run, ANTS)).toEqual(expected);
    expect(await rowsOf(run, BEES)).toEqual(expected);
  });

  test("of nothing makes no version; overwriting with nothing empties, and makes, a table", async () => {
    const { run, storage } = await openRun();
    await run.load({ ants: before });
    expect((await run.load({ ants: [], bees: streamOf() }, { mode: "merge" })).version).toBe(1);
    const { tables } = await run.load({ ants: [], bees: streamOf() }, { mode: "overwrite" });
    expect(tables).toMatchObject([
      { table: "ants", rowsAdded: 0, rowsRemoved: 2 },
      { table: "bees", rowsAdded: 0, rowsRemoved: 0 },
    ]);
    expect(storage.version).toBe(2);
    expect(await rowsOf(run, ANTS)).toEqual([]);
    expect((await run.manifest(BEES))?.rows).toBe(0);
  });

  test("a table without a key cannot be merged into, and nothing is left of the others", async () => {
    const bare = defineTable({ name: "bare", columns });
    const { disk, storage } = await openRun();
    const run = datasetOver(storage, [ANTS, bare]);
    await expect(run.load({ ants: rows, bare: rows }, { mode: "merge" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("table bare has no key"),
    });
    expect({ version: storage.version, staged: staged(disk) }).toEqual({ version: 0, staged: [] });
  });

  test.each([1, 2, 4])("stages %i tables at once when told so", async (stageConcurrency) => {
    const input = { ants: rows, bees: streamOf(...rows), cows: rows, dogs: streamOf(...rows) };
    const byOption = await openRun();
    const load = () => byOption.run.load(input, { stageConcurrency });
    expect(await countTablesAtOnce(byOption.disk, load)).toBe(stageConcurrency);
    const bySetting = await openRun({ stageConcurrency });
    const merge = () => bySetting.run.load({ ...input, bees: rows, dogs: rows }, { mode: "merge" });
    expect(await countTablesAtOnce(bySetting.disk, merge)).toBe(stageConcurrency);
  });

  test("a bad row late in one stream ends the others, and leaves nothing", async () => {
    const { disk, run, storage } = await openRun();
    async function* bad() {
      yield* Array.from({ length: 70_000 }, (_, i) => row(i % 40, String(i)));
      yield { tick: 0, id: null, score: null };
    }
    const loading = run.load({ ants: endless(), bees: bad(), cows: endless() });
    await expect(loading).rejects.toMatchObject({ code: "NULL_VALUE", details: { row: 70_000 } });
    expect({ version: storage.version, staged: staged(disk) }).toEqual({ version: 0, staged: [] });
    expect((await run.load({ ants: rows })).version).toBe(1);
  });

  test("what a source throws is what the caller gets", async () => {
    const { run, storage } = await openRun();
    const broken = new Error("the line went dead");
    async function* failing() {
      yield rows;
      throw broken;
    }
    await expect(run.load({ ants: endless(), bees: failing() })).rejects.toBe(broken);
    expect(storage.version).toBe(0);
  });
});

describe("another writer moves a table while a load stages it", () => {
  test.each<[LoadMode, boolean]>([
    ["append", true],
    ["merge", false],
    ["overwrite", false],
  ])("%s: lands %s", async (mode, lands) => {
    const { disk, run } = await openRun();
    await run.load({ ants: [row(1, "a")], bees: [row(1, "a")] });
    const other = datasetOver((await openProcess(disk, "other")).storage, TABLES);
    async function* meanwhile() {
      await other.append(BEES, [row(2, "b")]);
      yield row(3, "c");
    }
    const loading = run.load({ ants: [row(2, "b")], bees: meanwhile() }, { mode: { bees: mode } });
    if (lands) expect(await loading).toMatchObject({ version: 3 });
    else {
      await expect(loading).rejects.toMatchObject({
        code: "CONFLICT",
        conflict: { kind: "ExpectedVersionMismatch", tableKey: "bees", expected: 1, actual: 2 },
      });
    }
    expect(await run.scan(ANTS).count()).toBe(lands ? 2 : 1);
    expect(await run.scan(BEES).count()).toBe(lands ? 3 : 2);
  });

  test("tables that it does not touch are no conflict", async () => {
    const { disk, run } = await openRun();
    await run.load({ ants: [row(1, "a")], cows: [row(1, "a")] });
    const other = datasetOver((await openProcess(disk, "other")).storage, TABLES);
    async function* meanwhile() {
      await other.append(COWS, [row(2, "b")]);
      yield row(3, "c");
    }
    const result = await run.load({ ants: meanwhile() }, { mode: "overwrite" });
    expect(result.version).toBe(3);
  });
});

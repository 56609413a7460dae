/**
 * Goal: a merge opens the parts that hold its keys, and hardly another, however many there are; and key
 * filters come and go with their parts.
 */
import assert from "node:assert/strict";
import {
  createHash52,
  defineTable,
  formatKeyFilterKey,
  type PartEntry,
  parseKeyFilterKey,
  parsePartKey,
  type TableDescriptor,
} from "@crv/core";
import type { StagedOperation, StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import type { RecordBatch } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { candidateParts } from "../src/keys/candidate-parts.js";
import { KeyProbe } from "../src/keys/key-probe.js";
import {
  DAMAGES,
  EVEN,
  filtersOn,
  mergeOverDamage,
  ODD,
  openWithFilter,
} from "./support/damaged-filters.js";
import { crashAtWindow } from "./support/dead-writer.js";
import { rowsOfTable } from "./support/key-samples.js";
import { BY_VALUE, commitRows, only, openProcess, readValues, rowsOf } from "./support/universe.js";

async function transact(storage: StagedStorage, work: (tx: StagedOperation) => Promise<unknown>) {
  await using base = await storage.snapshot();
  const tx = await storage.begin({ base, mode: "strict" });
  await work(tx);
  return tx.commit();
}

async function partsOf(
  storage: StagedStorage,
  table: TableDescriptor,
): Promise<readonly PartEntry[]> {
  await using snapshot = await storage.snapshot();
  return (await storage.plan(snapshot, { table: table.name })).parts;
}

const AGENTS = defineTable({
  name: "agents",
  columns: { tick: "i64", id: "i64", age: "i64" },
  key: ["id"],
  bucketSize: 1,
});

/** A permutation of the int64: odd factors have an inverse modulo 2^64. */
const idOf = (number: number): bigint =>
  BigInt.asIntN(64, (BigInt(number) + 1n) * 0x9e3779b97f4a7c15n);

/** Agents of scattered ids, `perTick` of them in each tick, which is a part. */
const agents = (numbers: readonly number[], perTick: number, age: bigint): RecordBatch =>
  rowsOfTable(
    AGENTS,
    numbers.map((number) => ({
      tick: BigInt(Math.floor(number / perTick)),
      id: idOf(number),
      age,
    })),
  );

/** `count` numbers from `first`, `step` apart. */
const numbers = (first: number, count: number, step = 1): readonly number[] =>
  Array.from({ length: count }, (_, i) => first + i * step);

describe("parts that a merge of scattered keys opens", () => {
  async function open(parts: number, perTick: number) {
    const disk = new SimulatedDisk();
    const { storage } = await openProcess(disk, "writer");
    await transact(storage, async (tx) => {
      await tx.stageSchema(AGENTS.name, { kind: "create", descriptor: AGENTS });
      await tx.stageAppend(AGENTS.name, only(agents(numbers(0, parts * perTick), perTick, 0n)));
    });
    /** Parts that are opened, and filters that are read, by a merge that is then discarded. */
    const merge = async (merged: readonly number[]) => {
      const start = disk.trace.length;
      await using base = await storage.snapshot();
      await using tx = await storage.begin({ base, mode: "strict" });
      const { rowsRemoved } = await tx.stageMerge(AGENTS.name, only(agents(merged, perTick, 1n)));
      const read = disk.trace.slice(start).filter(({ verb }) => verb === "get");
      const opened = read.filter(({ key }) => parsePartKey(key)).length;
      const filters = read.filter(({ key }) => parseKeyFilterKey(key)).length;
      return { opened, filters, rowsRemoved };
    };
    return { merge, parts: await partsOf(storage, AGENTS) };
  }

  test("1,000 keys, 10,000 parts with filters in their entries", async () => {
    const { merge, parts } = await open(10_000, 10);
    // Each part that holds a key, and of the others those in which a hash is like that of a key.
    expect(await merge(numbers(0, 1000, 100))).toEqual({
      opened: 1005,
      filters: 0,
      rowsRemoved: 1000,
    });
    expect(await merge(numbers(100_000, 1000))).toEqual({ opened: 7, filters: 0, rowsRemoved: 0 });
    const bare = parts.map(({ keyFilter: _, ...part }) => part);
    const hash = await createHash52();
    const probe = new KeyProbe(agents(numbers(100_000, 1000), 10, 1n), AGENTS.key, hash);
    expect(candidateParts(bare, probe)).toHaveLength(10_000);
  }, 300_000);

  test("100 keys, 50 parts with filters beside them", async () => {
    const { merge } = await open(50, 200);
    expect(await merge(numbers(0, 100))).toEqual({ opened: 1, filters: 50, rowsRemoved: 100 });
    expect(await merge(numbers(10_000, 100))).toEqual({ opened: 0, filters: 50, rowsRemoved: 0 });
  }, 120_000);
});

describe("key filters beside their parts", () => {
  test("are read instead of the part, when no key is in it", async () => {
    const { disk, storage } = await openWithFilter();
    const start = disk.trace.length;
    await transact(storage, (tx) =>
      tx.stageMerge(BY_VALUE.name, only(rowsOf(BY_VALUE, [1, 3, 399]))),
    );
    const read = disk.trace.slice(start).filter(({ verb }) => verb === "get");
    const [part] = await partsOf(storage, BY_VALUE);
    assert.ok(part);
    expect(read.map(({ key }) => key)).toContain(formatKeyFilterKey(part.path));
    expect(read.map(({ key }) => key)).not.toContain(part.path);
    expect(await readValues(storage, BY_VALUE.name)).toHaveLength(EVEN.length + 3);
  });

  test.each(Object.entries(DAMAGES))("are of no effect when one %s", (_, damage) =>
    mergeOverDamage(damage),
  );

  test("go with a part that a later stage call replaces", async () => {
    const { disk, storage } = await openWithFilter();
    const committed = filtersOn(disk);
    await transact(storage, async (tx) => {
      await tx.stageAppend(BY_VALUE.name, only(rowsOf(BY_VALUE, ODD)));
      await tx.stageMerge(BY_VALUE.name, only(rowsOf(BY_VALUE, [1])));
    });
    const parts = await partsOf(storage, BY_VALUE);
    const named = [...committed, ...parts.map(({ path }) => formatKeyFilterKey(path))];
    for (const filter of filtersOn(disk)) expect(named).toContain(filter);
    expect(filtersOn(disk)).toHaveLength(2);
  });

  test("go with the operation that is discarded", async () => {
    const { disk, storage } = await openWithFilter();
    const before = filtersOn(disk);
    await using base = await storage.snapshot();
    await using tx = await storage.begin({ base, mode: "strict" });
    await tx.stageAppend(BY_VALUE.name, only(rowsOf(BY_VALUE, EVEN)));
    expect(filtersOn(disk)).toHaveLength(before.length + 1);
    await tx.discard();
    expect(filtersOn(disk)).toEqual(before);
  });

  test("go with the operation that recovery rolls back", async () => {
    const { disk, storage } = await openWithFilter();
    const before = filtersOn(disk);
    await storage.close();
    await crashAtWindow(disk, "create write record", async (dead) => {
      await commitRows(dead.storage, [{ table: BY_VALUE, values: EVEN }]);
    });
    expect(filtersOn(disk)).toHaveLength(before.length + 1);
    const { recovered } = await openProcess(disk, "recoverer");
    expect(recovered.rolledBack).toHaveLength(1);
    expect(filtersOn(disk)).toEqual(before);
  });
});

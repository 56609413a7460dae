/**
 * Deletes, updates and merges inside a transaction: each sees the ones before it, readers see all of
 * them at once or none, and what was not touched is not rewritten.
 */
import assert from "node:assert/strict";
import { defineTable, type Predicate } from "@crv/core";
import { arrowSchema, batchOf, builderForType } from "@crv/core/arrow";
import type { StagedOperation, StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { type RecordBatch, Schema } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { only, openProcess } from "./support/universe.js";

const PEOPLE = defineTable({
  name: "people",
  columns: { tick: "i64", id: "str", score: "f64?" },
  key: ["id"],
  bucketSize: 10,
});

type Person = readonly [tick: number, id: string, score: number | null];

function people(rows: readonly Person[]): RecordBatch {
  const schema = arrowSchema(PEOPLE);
  const columns = schema.fields.map((field, i) => {
    const builder = builderForType(field.type);
    for (const row of rows) {
      const value = row[i] as Person[number];
      if (value === null) builder.appendNulls(1);
      else builder.appendValue(field.name === "tick" ? BigInt(value) : value);
    }
    return builder.finish();
  });
  return batchOf(schema, rows.length, columns);
}

function scoreOf(score: number): RecordBatch {
  const [, , field] = arrowSchema(PEOPLE).fields;
  assert.ok(field);
  const builder = builderForType(field.type);
  builder.appendValue(score);
  return batchOf(new Schema([field]), 1, [builder.finish()]);
}

const is = (column: string, value: string | number): Predicate => ({
  kind: "compare",
  column,
  op: "eq",
  value,
});

async function openPeople(rows: readonly Person[]) {
  const disk = new SimulatedDisk();
  const { storage } = await openProcess(disk, "writer");
  await transact(storage, async (tx) => {
    await tx.stageSchema(PEOPLE.name, { kind: "create", descriptor: PEOPLE });
    await tx.stageAppend(PEOPLE.name, only(people(rows)));
  });
  return { disk, storage };
}

async function transact(storage: StagedStorage, work: (tx: StagedOperation) => Promise<unknown>) {
  await using base = await storage.snapshot();
  const tx = await storage.begin({ base, mode: "strict" });
  await work(tx);
  return tx.commit();
}

async function rowsOf(batches: AsyncIterable<RecordBatch>): Promise<Person[]> {
  const rows: Person[] = [];
  for await (const batch of batches) {
    for (const row of batch) rows.push([Number(row.tick), row.id, row.score]);
  }
  return rows;
}

async function committed(storage: StagedStorage): Promise<Person[]> {
  await using snapshot = await storage.snapshot();
  return rowsOf(storage.scan(snapshot, { table: PEOPLE.name, order: "tick" }));
}

const START: readonly Person[] = [
  [1, "ann", 1],
  [2, "bob", null],
  [15, "cid", 3],
  [25, "dee", 4],
];

describe("transactions", () => {
  test("merge replaces rows of the same key, adds the others, last one wins", async () => {
    const { storage } = await openPeople(START);
    const outcome = await transact(storage, async (tx) => {
      const staged = await tx.stageMerge(
        PEOPLE.name,
        only(
          people([
            [3, "eve", 9],
            [4, "bob", 7],
            [2, "ann", 5],
            [6, "bob", 8],
          ]),
        ),
      );
      expect(staged).toMatchObject({ rowsAdded: 3, rowsRemoved: 2 });
    });
    expect(outcome).toMatchObject({ kind: "committed", version: 2 });
    expect(await committed(storage)).toEqual([
      [2, "ann", 5],
      [3, "eve", 9],
      [6, "bob", 8],
      [15, "cid", 3],
      [25, "dee", 4],
    ]);
  });

  test("what a merge cannot reach is not rewritten", async () => {
    const { storage } = await openPeople(START);
    await transact(storage, (tx) => tx.stageMerge(PEOPLE.name, only(people([[16, "cid", 0]]))));
    for await (const { tables } of storage.commits({ after: 1 })) {
      const change = tables.get(PEOPLE.name);
      expect([change?.add.length, change?.remove.length]).toEqual([1, 1]);
      expect(change?.remove[0]).toContain("bucket=000001");
    }
  });

  test("delete and update see what came before them, and so do scans", async () => {
    const { storage } = await openPeople(START);
    await transact(storage, async (tx) => {
      await tx.stageAppend(PEOPLE.name, only(people([[5, "fay", 6]])));
      const updated = await tx.stageUpdate(PEOPLE.name, is("id", "fay"), scoreOf(60));
      expect(updated).toMatchObject({ rowsAdded: 1, rowsRemoved: 1 });
      expect(await tx.stageDelete(PEOPLE.name, is("score", 60))).toMatchObject({ rowsRemoved: 1 });
      await tx.stageDelete(PEOPLE.name, is("id", "ann"));
      await tx.stageUpdate(PEOPLE.name, is("id", "bob"), scoreOf(2));
      const seen = await rowsOf(tx.scan({ table: PEOPLE.name, order: "tick" }));
      expect(seen).toEqual([
        [2, "bob", 2],
        [15, "cid", 3],
        [25, "dee", 4],
      ]);
      expect(await committed(storage)).toEqual(START);
    });
    expect(await committed(storage)).toEqual([
      [2, "bob", 2],
      [15, "cid", 3],
      [25, "dee", 4],
    ]);
  });

  test("nothing matches, nothing changes: no version", async () => {
    const { disk, storage } = await openPeople(START);
    const before = disk.objects().size;
    const outcome = await transact(storage, async (tx) => {
      await tx.stageDelete(PEOPLE.name, is("id", "nobody"));
      await tx.stageUpdate(PEOPLE.name, is("score", 99), scoreOf(1));
    });
    expect(outcome).toEqual({ kind: "unchanged", version: 1 });
    expect(disk.objects().size).toBe(before);
  });

  test("staged parts that a later call replaced are gone when the commit lands", async () => {
    const { disk, storage } = await openPeople(START);
    await transact(storage, async (tx) => {
      await tx.stageAppend(PEOPLE.name, only(people([[5, "fay", 6]])));
      await tx.stageDelete(PEOPLE.name, is("id", "fay"));
      await tx.stageDelete(PEOPLE.name, is("id", "dee"));
    });
    const named = new Set<string>();
    for await (const record of storage.commits()) {
      for (const { add } of record.tables.values()) for (const { path } of add) named.add(path);
    }
    for (const key of disk.objects().keys()) {
      if (key.endsWith(".parquet")) expect(named).toContain(key);
    }
  });

  test("a strict writer conflicts with a change of what it read, and leaves nothing", async () => {
    const { disk, storage } = await openPeople(START);
    await using base = await storage.snapshot();
    const slow = await storage.begin({ base, mode: "strict" });
    await slow.stageDelete(PEOPLE.name, is("id", "ann"));
    await transact(storage, (tx) => tx.stageAppend(PEOPLE.name, only(people([[7, "gil", 1]]))));
    expect(await slow.commit()).toEqual({
      kind: "conflict",
      conflict: { kind: "ExpectedVersionMismatch", tableKey: "people", expected: 1, actual: 2 },
    });
    const parts = [...disk.objects().keys()].filter((key) => key.endsWith(".parquet"));
    expect(parts).toHaveLength(4);
    expect([...disk.objects().keys()].filter((key) => key.startsWith("_recovery/"))).toEqual([]);
  });

  test("a table without a key cannot be merged into", async () => {
    const keyless = defineTable({ name: "keyless", columns: { a: "i64" } });
    const { storage } = await openProcess(new SimulatedDisk(), "writer");
    const merge = transact(storage, async (tx) => {
      await tx.stageSchema(keyless.name, { kind: "create", descriptor: keyless });
      await tx.stageMerge(keyless.name, only(people(START)));
    });
    await expect(merge).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

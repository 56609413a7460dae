/**
 * A table whose columns change while others append: what was dropped stays gone, under whichever name,
 * and rows under the old columns never come to lie among the new ones.
 */
import assert from "node:assert/strict";
import { defineTable, evolveDescriptor, type TableEvolution } from "@crv/core";
import { arrowSchema, batchOf, builderForType } from "@crv/core/arrow";
import type { SnapshotTarget, StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import type { RecordBatch } from "apache-arrow";
import { only, openProcess } from "./universe.js";

/** Not of numbers alone: its parts say themselves which columns they have. */
const NOTED = defineTable({
  name: "noted_table",
  columns: { tick: "i64", note: "str?" },
  bucketSize: 10,
});

export async function evolveUnderAppends(): Promise<void> {
  const disk = new SimulatedDisk();
  const { storage } = await openProcess(disk, "evolver");
  await using create = await begin(storage, "blind");
  await create.stageSchema(NOTED.name, { kind: "create", descriptor: NOTED });
  await create.stageAppend(NOTED.name, only(noted(1, "old")));
  assert.equal((await create.commit()).kind, "committed");

  const { storage: other } = await openProcess(disk, "appender");
  await using late = await begin(other, "blind");
  await late.stageAppend(NOTED.name, only(noted(2, "under the old columns")));
  await using lateEvolution = await stageEvolution(other, { drop: ["note"] });

  assert.equal((await evolve(storage, { drop: ["note"] })).kind, "committed");
  assert.equal((await evolve(storage, { add: { note: "str?" } })).kind, "committed");
  const conflict = await late.commit();
  assert.deepEqual(conflict.kind === "conflict" && conflict.conflict, {
    kind: "SchemaChanged",
    tableKey: NOTED.name,
    at: 3,
  });

  await using append = await begin(storage, "blind");
  await append.stageAppend(NOTED.name, only(noted(3, "new")));
  assert.equal((await append.commit()).kind, "committed");
  assert.equal((await lateEvolution.commit()).kind, "conflict");

  const rows = [
    [1, null],
    [3, "new"],
  ];
  assert.deepEqual(await rowsAt(storage), rows);
  assert.deepEqual(await rowsAt(storage, { version: 1 }), [[1, "old"]]);
  await storage.close();
  await other.close();
  const { storage: again } = await openProcess(disk, "reader");
  assert.deepEqual(await rowsAt(again), rows);
  await again.close();
}

function evolve(storage: StagedStorage, evolution: TableEvolution) {
  return stageEvolution(storage, evolution).then((operation) => operation.commit());
}

async function stageEvolution(storage: StagedStorage, evolution: TableEvolution) {
  await using base = await storage.snapshot();
  const { descriptor, dropped } = evolveDescriptor(base.descriptor(NOTED.name) ?? NOTED, evolution);
  const operation = await storage.begin({ base, mode: "strict" });
  await operation.stageSchema(NOTED.name, { kind: "evolve", descriptor, dropped });
  return operation;
}

async function begin(storage: StagedStorage, mode: "blind" | "strict") {
  await using base = await storage.snapshot();
  return await storage.begin({ base, mode });
}

function noted(tick: number, note: string): RecordBatch {
  const schema = arrowSchema(NOTED);
  const [ticks, notes] = schema.fields.map((field) => builderForType(field.type));
  ticks?.appendValue(BigInt(tick));
  notes?.appendValue(note);
  return batchOf(
    schema,
    1,
    [ticks, notes].map((builder) => builder?.finish() as never),
  );
}

async function rowsAt(storage: StagedStorage, at: SnapshotTarget = {}) {
  await using snapshot = await storage.snapshot(at);
  const rows: unknown[][] = [];
  for await (const batch of storage.scan(snapshot, { table: NOTED.name })) {
    for (let row = 0; row < batch.numRows; row++) {
      rows.push([Number(batch.getChild("tick")?.get(row)), batch.getChild("note")?.get(row)]);
    }
  }
  return rows;
}

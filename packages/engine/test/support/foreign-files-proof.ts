/** A file of another program is a part of the run once, whoever registers it, and however often. */
import assert from "node:assert/strict";
import type { CommitOutcome } from "@crv/core";
import type { StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { FOREIGN_PART, NAMED, placePart } from "./foreign-part.js";
import { openProcess, readValues } from "./universe.js";

export async function registerTwice(): Promise<void> {
  const disk = new SimulatedDisk();
  await placePart(disk);
  const { storage } = await openProcess(disk, "first");
  const { storage: other } = await openProcess(disk, "second");
  await using late = await begin(other);
  await late.stageFiles(NAMED.name, [FOREIGN_PART]);
  assert.equal((await register(storage)).kind, "committed");
  assert.equal((await late.commit()).kind, "conflict");
  for (const again of [storage, other]) {
    await assert.rejects(register(again), { code: "ALREADY_EXISTS" });
  }
  assert.deepEqual(await readValues(storage, NAMED.name), [1, 2]);
  const { storage: reader } = await openProcess(disk, "reader");
  assert.deepEqual(await readValues(reader, NAMED.name), [1, 2]);
}

async function register(storage: StagedStorage): Promise<CommitOutcome> {
  await using operation = await begin(storage);
  await operation.stageFiles(NAMED.name, [FOREIGN_PART]);
  return await operation.commit();
}

async function begin(storage: StagedStorage) {
  await using base = await storage.snapshot();
  const operation = await storage.begin({ base, mode: "blind" });
  await operation.stageSchema(NAMED.name, { kind: "create", descriptor: NAMED });
  return operation;
}

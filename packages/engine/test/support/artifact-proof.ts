/** A transaction that looked at a file must not commit when the file has changed since. */
import assert from "node:assert/strict";
import { CONTENT_MEMBER, formatFileName } from "@crv/core";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { commitRows, LEFT, only, openProcess, rowsOf } from "./universe.js";

const FILE = formatFileName("config.json");

export async function changeWhatWasRead(): Promise<void> {
  const { storage } = await openProcess(new SimulatedDisk(), "writer");
  await commitRows(storage, [{ table: LEFT, values: [1] }]);
  await using base = await storage.snapshot();
  await using reader = await storage.begin({ base, mode: "blind" });
  assert.equal(reader.artifact(FILE), undefined);
  await using other = await storage.begin({ base, mode: "blind" });
  await other.stageArtifact(FILE, [{ name: CONTENT_MEMBER, body: () => Uint8Array.of(1) }]);
  assert.equal((await other.commit()).kind, "committed");
  await reader.stageAppend(LEFT.name, only(rowsOf(LEFT, [2])));
  assert.equal((await reader.commit()).kind, "conflict", "what was read has changed");
}

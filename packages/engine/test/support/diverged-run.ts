/** A run with a branch, both of which have changed since. */
import assert from "node:assert/strict";
import type { StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { BRANCH } from "./branch-proofs.js";
import { batchOfRows, commitRows, KEYED, LEFT, only, openProcess } from "./universe.js";

/**
 * Both tables had values 1 and 2. The branch has 7 as well, and 9 in the place of 1 of the keyed one; main has
 * 8 there in the place of 2.
 *
 * @param more What else they commit.
 */
export async function divergedRun(
  more: (branch: StagedStorage, main: StagedStorage) => Promise<unknown>,
): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const main = await openProcess(disk, "first");
  await commitRows(main.storage, [
    { table: LEFT, values: [1, 2] },
    { table: KEYED, values: [1, 2] },
  ]);
  await main.storage.createBranch(BRANCH, {}, {});
  const branch = await openProcess(disk, "first of branch", { branch: BRANCH });
  await commitRows(branch.storage, [{ table: LEFT, values: [7] }]);
  await setValue(branch.storage, 1, 9);
  await setValue(main.storage, 2, 8);
  await more(branch.storage, main.storage);
  for (const { storage, store } of [main, branch]) {
    await storage.close();
    store.process.kill();
  }
  return disk;
}

async function setValue(storage: StagedStorage, tick: number, value: number): Promise<void> {
  await using base = await storage.snapshot();
  await using operation = await storage.begin({ base, mode: "strict" });
  await operation.stageMerge(KEYED.name, only(batchOfRows(KEYED, [{ tick, value }])));
  assert.equal((await operation.commit()).kind, "committed");
}

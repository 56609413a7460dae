/** How often a view is replaced: as often by many processes as by one, and by another when that one stops. */
import { formatManifestViewKey } from "@crv/core";
import { readViewVersion } from "@crv/recovery";
import type { StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { expect, test } from "vitest";
import { commitRows, LEFT, openProcess } from "./support/universe.js";

async function openProcesses(disk: SimulatedDisk, count: number) {
  const opened = [];
  for (let i = 0; i < count; i++) opened.push(await openProcess(disk, `writer ${i}`));
  return opened;
}

/** One after the other, each one row. */
async function commitInTurn(
  processes: readonly { readonly storage: StagedStorage }[],
  commits: number,
): Promise<void> {
  for (let i = 0; i < commits; i++) {
    const { storage } = processes[i % processes.length] ?? expect.fail();
    await commitRows(storage, [{ table: LEFT, values: [i] }]);
  }
}

function viewsWritten(disk: SimulatedDisk): number {
  const view = formatManifestViewKey(LEFT.name);
  return disk.trace.filter(
    ({ verb, step, key }) => verb === "replaceView" && step === "write" && key === view,
  ).length;
}

test("several processes replace a view no more often than one", async () => {
  const alone = new SimulatedDisk();
  await commitInTurn(await openProcesses(alone, 1), 96);
  const together = new SimulatedDisk();
  await commitInTurn(await openProcesses(together, 4), 96);
  // Each brings it up at its first commit, whatever others did.
  expect(viewsWritten(together)).toBeLessThanOrEqual(viewsWritten(alone) + 3);
});

test("when the one that replaced it commits no more, another does", async () => {
  const disk = new SimulatedDisk();
  const processes = await openProcesses(disk, 3);
  await commitInTurn(processes, 30);
  for (const process of processes) {
    // Whichever it was, for this one it was another, or it goes on.
    await commitInTurn([process], 30);
    const version = await readViewVersion(process.store, LEFT.name);
    expect(version).toBeGreaterThan(process.storage.version * 0.7);
  }
});

test("one that cannot be written is written by the next commit", async () => {
  const disk = new SimulatedDisk();
  let isFull = false;
  const { storage, store } = await openProcess(disk, "writer", {
    plan: ({ verb, step }) =>
      isFull && verb === "replaceView" && step === "write"
        ? { kind: "error", errno: "ENOSPC", when: "before" }
        : undefined,
  });
  await commitInTurn([{ storage }], 4);
  isFull = true;
  await commitInTurn([{ storage }], 2);
  expect(await readViewVersion(store, LEFT.name)).toBe(4);
  isFull = false;
  await commitInTurn([{ storage }], 1);
  expect(await readViewVersion(store, LEFT.name)).toBe(7);
});

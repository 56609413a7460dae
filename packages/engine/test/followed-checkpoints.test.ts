/** Who writes checkpoints: one of several processes, and another when that one commits no more. */

import { HEAD_HINT_KEY } from "@crv/core";
import type { StagedStorage } from "@crv/storage-trait";
import { SimulatedDisk } from "@crv/storage-trait/testing";
import { expect, test } from "vitest";
import { commitRows, LEFT, openProcess } from "./support/universe.js";

/** Commits after which a checkpoint is due. */
const TAIL = 128;

async function openProcesses(disk: SimulatedDisk, count: number): Promise<StagedStorage[]> {
  const opened: StagedStorage[] = [];
  for (let i = 0; i < count; i++) opened.push((await openProcess(disk, `writer ${i}`)).storage);
  return opened;
}

/** One after the other, each one row. */
async function commitInTurn(processes: readonly StagedStorage[], commits: number): Promise<void> {
  for (let i = 0; i < commits; i++) {
    const storage = processes[i % processes.length] ?? expect.fail();
    await commitRows(storage, [{ table: LEFT, values: [i] }]);
  }
}

/** Files of checkpoints that were written so far: indexes and segments. */
function checkpointFiles(disk: SimulatedDisk): number {
  return disk.trace.filter(
    ({ verb, step, key }) =>
      verb === "create" && step === "link" && key.startsWith("_checkpoints/"),
  ).length;
}

test("several processes write no more checkpoints than one", async () => {
  const alone = new SimulatedDisk();
  await commitInTurn(await openProcesses(alone, 1), 2 * TAIL);
  const together = new SimulatedDisk();
  await commitInTurn(await openProcesses(together, 4), 2 * TAIL);
  expect(checkpointFiles(alone)).toBeGreaterThan(0);
  expect(checkpointFiles(together)).toBe(checkpointFiles(alone));
});

test("when the one that wrote them commits no more, another takes over", async () => {
  const disk = new SimulatedDisk();
  const [first, ...others] = await openProcesses(disk, 3);
  await commitInTurn([first ?? expect.fail()], TAIL);
  const before = checkpointFiles(disk);
  expect(before).toBeGreaterThan(0);
  await commitInTurn(others, 2 * TAIL + 2);
  expect(checkpointFiles(disk)).toBeGreaterThan(before);
});

test("operations that end together write one checkpoint, also when the hint cannot be read", async () => {
  const disk = new SimulatedDisk();
  let isUnreadable = false;
  const { storage } = await openProcess(disk, "writer", {
    plan: ({ verb, key }) =>
      isUnreadable && verb === "get" && key === HEAD_HINT_KEY
        ? { kind: "error", errno: "EIO", when: "before" }
        : undefined,
  });
  isUnreadable = true;
  await commitInTurn([storage], TAIL - 2);
  expect(checkpointFiles(disk)).toBe(0);
  await Promise.all(
    Array.from({ length: 8 }, () => commitRows(storage, [{ table: LEFT, values: [1] }])),
  );
  const indexes = disk.trace.filter(
    ({ verb, step, key }) =>
      verb === "create" && step === "link" && key.startsWith("_checkpoints/indexes/"),
  );
  expect(indexes).toHaveLength(1);
});

test.each([
  [TAIL / 8, "one"],
  [TAIL / 8 - 1, "none"],
] as const)("close writes after %i commits %s", async (commits, written) => {
  const disk = new SimulatedDisk();
  const processes = await openProcesses(disk, 1);
  await commitInTurn(processes, commits);
  expect(checkpointFiles(disk)).toBe(0);
  await processes[0]?.close();
  expect(checkpointFiles(disk) > 0).toBe(written === "one");
  // What is opened then, and closed without a commit, writes none.
  const [again] = await openProcesses(disk, 1);
  const before = checkpointFiles(disk);
  expect(again?.version).toBe(commits);
  await again?.close();
  expect(checkpointFiles(disk)).toBe(before);
});

test("who opens after a close reads no part of the checkpoint before a commit is made or read", async () => {
  const disk = new SimulatedDisk();
  const [first] = await openProcesses(disk, 1);
  await commitInTurn([first ?? expect.fail()], TAIL / 4);
  await first?.close();
  const gets = () =>
    disk.trace.filter(
      ({ verb, key }) => verb === "get" && key.startsWith("_checkpoints/segments/"),
    );
  const [second] = await openProcesses(disk, 1);
  expect(second?.version).toBe(TAIL / 4);
  expect(gets()).toHaveLength(0);
  await commitInTurn([second ?? expect.fail()], 1);
  expect(second?.version).toBe(TAIL / 4 + 1);
  expect(gets()).not.toHaveLength(0);
});

test("a checkpoint at close that fails, fails nothing", async () => {
  const disk = new SimulatedDisk();
  const { storage } = await openProcess(disk, "writer", {
    plan: ({ verb, key }) =>
      verb === "create" && key.startsWith("_checkpoints/")
        ? { kind: "error", errno: "ENOSPC", when: "before" }
        : undefined,
  });
  await commitInTurn([storage], TAIL / 8);
  await storage.close();
  const [after] = await openProcesses(disk, 1);
  expect(after?.version).toBe(TAIL / 8);
});

/** Trimming the log: what stays readable, what does not, and who is caught by the floor. */
import type { OperationId } from "@crv/core";
import { CommitLog } from "@crv/manifest";
import {
  SimulatedClock,
  SimulatedCrash,
  SimulatedDisk,
  seededRandom,
} from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { commitRows, LEFT, openProcess, readValues } from "./support/universe.js";

async function runOfVersions(count: number) {
  const disk = new SimulatedDisk({ clock: new SimulatedClock({ autoAdvance: true }) });
  const opened = await openProcess(disk, "writer");
  for (let value = 1; value <= count; value++) {
    await commitRows(opened.storage, [{ table: LEFT, values: [value] }]);
  }
  return { disk, ...opened };
}

const records = (disk: SimulatedDisk) =>
  [...disk.objects().keys()].filter((key) => /^_log\/\d/.test(key)).length;

describe("trimLog", () => {
  test("keeps the newest versions readable, and says which is the oldest", async () => {
    const { disk, storage } = await runOfVersions(10);
    expect(await storage.trimLog(4)).toEqual({ floor: 7, recordsRemoved: 6 });
    expect(records(disk)).toBe(4);
    expect(await readValues(storage, LEFT.name)).toHaveLength(10);
    expect(await readValues(storage, LEFT.name, 7)).toHaveLength(7);
    await expect(readValues(storage, LEFT.name, 6)).rejects.toMatchObject({
      code: "NOT_FOUND",
      details: { version: 6, floor: 7 },
    });
  });

  test("keeps three versions whatever it is told, and does nothing twice", async () => {
    const { storage } = await runOfVersions(5);
    expect(await storage.trimLog(1)).toEqual({ floor: 3, recordsRemoved: 2 });
    expect(await storage.trimLog(1)).toEqual({ floor: 3, recordsRemoved: 0 });
    await expect(storage.trimLog(0)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("a fresh process opens from the checkpoint and goes on", async () => {
    const { disk, storage } = await runOfVersions(10);
    await storage.trimLog(3);
    const fresh = await openProcess(disk, "fresh");
    expect(fresh.storage.version).toBe(10);
    expect(await commitRows(fresh.storage, [{ table: LEFT, values: [11] }])).toMatchObject({
      kind: "committed",
      version: 11,
    });
    expect(await readValues(fresh.storage, LEFT.name)).toHaveLength(11);
  });

  test("an id that landed below the floor is still known", async () => {
    const { storage } = await runOfVersions(1);
    const id = "01ZZZZZZZZZZZZZZZZZZZZZZZZ" as OperationId;
    await commitRows(storage, [{ table: LEFT, values: [2] }], id);
    for (let value = 3; value <= 9; value++) {
      await commitRows(storage, [{ table: LEFT, values: [value] }]);
    }
    await storage.trimLog(3);
    expect(await commitRows(storage, [{ table: LEFT, values: [2] }], id)).toMatchObject({
      kind: "committed",
      version: 2,
      duplicate: true,
    });
    expect(await readValues(storage, LEFT.name)).toHaveLength(9);
  });

  test("a writer that stalls past the floor commits at the head, not at a freed number (R9)", async () => {
    const { disk, storage } = await runOfVersions(2);
    const stalled = await openProcess(disk, "stalled");
    let resume = (): void => undefined;
    let reached = (): void => undefined;
    const atLink = new Promise<void>((resolve) => {
      reached = resolve;
    });
    disk.onStep = (call) => {
      if (call.process !== "stalled" || call.step !== "link" || !call.key.startsWith("_log/"))
        return;
      disk.onStep = undefined;
      reached();
      return new Promise<void>((resolve) => {
        resume = resolve;
      });
    };
    const late = commitRows(stalled.storage, [{ table: LEFT, values: [100] }]);
    await atLink;
    for (let value = 3; value <= 9; value++) {
      await commitRows(storage, [{ table: LEFT, values: [value] }]);
    }
    expect(await storage.trimLog(3)).toMatchObject({ floor: 7 });
    resume();
    // It created record 3 again, below the floor: that proved nothing, so it went on to the head.
    expect(await late).toMatchObject({ kind: "committed", version: 10, duplicate: false });
    expect((await readValues(storage, LEFT.name))?.filter((value) => value === 100)).toEqual([100]);
    const state = await new CommitLog(disk.process("checker")).refresh();
    expect(state.version).toBe(10);
  });

  test("killed at any step it leaves a log that reads the same", async () => {
    for (let at = 1; ; at++) {
      const { disk } = await runOfVersions(6);
      const trimmer = await openProcess(disk, "trimmer");
      const first = trimmer.store.process.callCount;
      disk.onStep = (call) => {
        if (call.process === "trimmer" && call.number === first + at) trimmer.store.process.kill();
      };
      const outcome = await trimmer.storage.trimLog(3).catch((error: unknown) => error);
      disk.onStep = undefined;
      for (const state of [disk, ...disk.powerLossStates({ max: 8, random: seededRandom(at) })]) {
        const { storage } = await openProcess(state, "reader");
        expect(storage.version).toBe(6);
        expect(await readValues(storage, LEFT.name)).toHaveLength(6);
        expect(await storage.trimLog(3)).toMatchObject({ floor: 4 });
        expect(records(state)).toBe(3);
      }
      if (!(outcome instanceof SimulatedCrash)) break;
    }
  });

  test("another process may trim further at any step of it", async () => {
    for (let at = 1; ; at++) {
      const { disk } = await runOfVersions(10);
      const slow = await openProcess(disk, "slow");
      const fast = await openProcess(disk, "fast");
      const first = slow.store.process.callCount;
      let isTrimmed = false;
      disk.onStep = async ({ process, number }) => {
        if (process !== "slow" || number !== first + at) return;
        isTrimmed = true;
        await fast.storage.trimLog(3);
      };
      const { floor } = await slow.storage.trimLog(6);
      disk.onStep = undefined;
      if (!isTrimmed) break;
      expect([5, 8]).toContain(floor);
      const { storage } = await openProcess(disk, "reader");
      expect(await readValues(storage, LEFT.name)).toHaveLength(10);
      expect(await storage.trimLog(3)).toMatchObject({ floor: 8 });
      expect(records(disk)).toBe(3);
    }
  });
});

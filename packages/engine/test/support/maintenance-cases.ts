/** Small cases of optimize and cleanup beside a writer, a reader, and each other. */
import assert from "node:assert/strict";
import { IoError, type OperationId } from "@crv/core";
import type { SnapshotHandle, StagedStorage } from "@crv/storage-trait";
import type { SimulatedDisk } from "@crv/storage-trait/testing";
import {
  append,
  between,
  IDS,
  type NamedCase,
  type Operate,
  runWithTables,
  tell,
} from "./small-case.js";
import { commitRows, LEFT, openProcess, readPinned } from "./universe.js";

const VALUES = [1, 2, 3, 4, 5];
const [ID] = IDS as [OperationId];

const overwrite: Operate = (storage, id) =>
  commitRows(storage, [{ table: LEFT, values: [6], overwrite: true }], id);

export const MAINTENANCE_CASES: readonly NamedCase[] = [
  beside("an append and an optimize", append(LEFT, 6), (storage) => storage.optimize()),
  beside("an append and a cleanup", append(LEFT, 6), cleanUp),
  beside("an overwrite and an optimize", overwrite, (storage) => storage.optimize(), 0),
  {
    name: "a reader that holds a version, and a cleanup",
    preemptionsMax: 1,
    async make() {
      const disk = await runOfParts();
      const reader = await openProcess(disk, "a reader");
      const cleaner = await openProcess(disk, "b cleaner");
      let held: SnapshotHandle | undefined;
      const small = await between(disk, async () => [
        async () => {
          held = await holdOld(reader.storage);
        },
        async () => void (await cleanUp(cleaner.storage)),
      ]);
      return {
        ...small,
        async check() {
          if (held)
            assert.deepEqual(await readPinned(reader.storage, held, LEFT.name), VALUES, "I6");
          await small.check();
        },
      };
    },
  },
  {
    name: "two cleanups",
    preemptionsMax: 1,
    async make() {
      const disk = await runOfParts();
      const a = await openProcess(disk, "a cleaner");
      const b = await openProcess(disk, "b cleaner");
      return between(disk, async () => [
        async () => void (await cleanUp(a.storage)),
        async () => void (await cleanUp(b.storage)),
      ]);
    },
  },
];

function cleanUp(storage: StagedStorage) {
  return storage.cleanup({ keepVersions: 1, graceMs: 0 });
}

/**
 * A write and maintenance.
 *
 * @param committed Writes that commit at least: one that removes parts is refused when they were replaced.
 */
function beside(
  name: string,
  write: Operate,
  maintain: (storage: StagedStorage) => Promise<unknown>,
  committed = 1,
): NamedCase {
  return {
    name,
    preemptionsMax: 1,
    async make() {
      const disk = await runOfParts();
      const writer = await openProcess(disk, "a writer");
      const other = await openProcess(disk, "b maintainer");
      return between(
        disk,
        async (told) => [
          () => tell(told, ID, () => write(writer.storage, ID)),
          async () => void (await maintain(other.storage)),
        ],
        (told) => {
          assert.ok(told.committed.length >= committed, "maintenance is in nobody's way");
          assert.deepEqual(told.unknown, []);
        },
      );
    },
  };
}

/** Five parts of one bucket, then one part in their place, and two versions more. */
async function runOfParts(): Promise<SimulatedDisk> {
  const disk = await runWithTables();
  const { storage, store } = await openProcess(disk, "earlier");
  for (const value of VALUES) await commitRows(storage, [{ table: LEFT, values: [value] }]);
  await storage.optimize();
  for (const value of [11, 12]) await commitRows(storage, [{ table: LEFT, values: [value] }]);
  await storage.close();
  store.process.kill();
  return disk;
}

/** A version below the floor to come; undefined when it was cleaned up before. */
async function holdOld(storage: StagedStorage): Promise<SnapshotHandle | undefined> {
  try {
    const snapshot = await storage.snapshot({ version: 1 + VALUES.length });
    await storage.hold(snapshot, 60_000);
    return snapshot;
  } catch (error) {
    if (error instanceof IoError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

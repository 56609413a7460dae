/**
 * Goal: cleanup removes what no kept version names, and nothing else: not what a reader holds, a writer
 * stages, or somebody else put there; and old versions say that they were removed.
 */
import {
  type ArtifactName,
  formatFileName,
  formatIndexedName,
  type ObjectKey,
  type TagName,
} from "@crv/core";
import { SimulatedClock, SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { verifyRun } from "../src/verify/verify-run.js";
import {
  commitRows,
  LEFT,
  type OpenedProcess,
  openProcess,
  readPinned,
  readValues,
  rowsAt,
} from "./support/universe.js";

const ALL = { keepVersions: 1, graceMs: 0 } as const;

/** So many commits of one row, merged into one part by the last version. */
async function optimizedRun(count: number) {
  const disk = new SimulatedDisk({ clock: new SimulatedClock({ autoAdvance: true }) });
  const opened = await openProcess(disk, "writer");
  for (let value = 1; value <= count; value++) {
    await commitRows(opened.storage, [{ table: LEFT, values: [value] }]);
  }
  await opened.storage.optimize();
  return { disk, ...opened };
}

async function commitMore({ storage }: Pick<OpenedProcess, "storage">, values: readonly number[]) {
  for (const value of values) await commitRows(storage, [{ table: LEFT, values: [value] }]);
}

/** One member of one byte, in place of what `name` had. */
async function putMembers(
  { storage }: Pick<OpenedProcess, "storage">,
  artifact: ArtifactName,
  { name, byte }: { name: string; byte: number },
) {
  await using base = await storage.snapshot();
  await using operation = await storage.begin({ base, mode: "blind" });
  await operation.stageArtifact(artifact, [{ name, body: () => new Uint8Array([byte]) }]);
  expect(await operation.commit()).toMatchObject({ kind: "committed" });
}

const keysOf = (disk: SimulatedDisk, pattern: RegExp) =>
  [...disk.objects().keys()].filter((key) => pattern.test(key));

const valuesUpTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

/** Nothing is damaged, and nothing is left that no version names. */
async function expectClean({ store, parts }: OpenedProcess) {
  const { problems, unreferenced } = await verifyRun({ store, parts }, { deep: true });
  expect({ problems, unreferenced }).toEqual({
    problems: [],
    unreferenced: { files: 0, bytes: 0 },
  });
}

describe("cleanup", () => {
  test("of a run without commits removes nothing", async () => {
    const opened = await openProcess(new SimulatedDisk(), "writer");
    for (const dryRun of [true, false]) {
      const report = await opened.storage.cleanup({ ...ALL, dryRun });
      expect(report).toMatchObject({ floor: 1, version: 0, filesRemoved: 0 });
    }
    await commitMore(opened, [1]);
    expect(await readValues(opened.storage, LEFT.name)).toEqual([1]);
  });

  test("removes what only old versions name, and leaves what is reachable", async () => {
    const run = await optimizedRun(8);
    await commitMore(run, [9, 10, 11]);
    const dry = await run.storage.cleanup({ ...ALL, dryRun: true });
    expect(dry).toMatchObject({ dryRun: true, floor: 10, version: 12, heldBy: undefined });
    expect(keysOf(run.disk, /\.parquet$/)).toHaveLength(12);
    const report = await run.storage.cleanup(ALL);
    expect(report).toEqual({ ...dry, dryRun: false });
    expect(report.removed).toMatchObject({ records: 9, parts: 8 });
    expect(keysOf(run.disk, /\.parquet$/)).toHaveLength(4);
    expect(await readValues(run.storage, LEFT.name)).toEqual(valuesUpTo(11));
    expect(await readValues(run.storage, LEFT.name, 10)).toEqual(valuesUpTo(9));
    await expect(readValues(run.storage, LEFT.name, 9)).rejects.toMatchObject({
      code: "NOT_FOUND",
      details: { version: 9, floor: 10 },
    });
    await expectClean(run);
    expect(await run.storage.cleanup(ALL)).toMatchObject({ filesRemoved: 0 });
    const fresh = await openProcess(run.disk, "fresh");
    await commitMore(fresh, [12]);
    expect(await readValues(fresh.storage, LEFT.name)).toEqual(valuesUpTo(12));
  });

  test("keeps a version that a lease of another process holds, until it is released", async () => {
    const run = await optimizedRun(5);
    const reader = await openProcess(run.disk, "reader");
    const snapshot = await reader.storage.snapshot({ version: 5 });
    const held = await reader.storage.hold(snapshot, 60_000);
    await commitMore(run, [6, 7, 8, 9]);
    expect(await run.storage.cleanup(ALL)).toMatchObject({ floor: 5, heldBy: 5, filesRemoved: 4 });
    expect(await readPinned(reader.storage, snapshot, LEFT.name)).toEqual(valuesUpTo(5));
    await held.renew();
    await held.release();
    await held.release();
    expect(await run.storage.cleanup(ALL)).toMatchObject({ floor: 8, heldBy: undefined });
    await expectClean(run);
    await expect(reader.storage.hold(snapshot, 60_000)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(keysOf(run.disk, /^_leases/)).toEqual([]);
  });

  test("a lease that ran out, and one of a dead process, hold nothing", async () => {
    const run = await optimizedRun(5);
    for (const name of ["dead", "silent"]) {
      const reader = await openProcess(run.disk, name);
      await reader.storage.hold(await reader.storage.snapshot({ version: 1 }), 60_000);
      if (name === "dead") reader.store.process.kill();
    }
    await commitMore(run, [6, 7, 8]);
    run.disk.clock.jumpTo(new Date(run.disk.clock.now().getTime() + 61_000));
    expect(await run.storage.cleanup(ALL)).toMatchObject({ floor: 7, heldBy: undefined });
    expect(keysOf(run.disk, /^_leases/)).toEqual([]);
    await expectClean(run);
  });

  test("keeps parts that a writer has staged, and what is not of the run", async () => {
    const run = await optimizedRun(4);
    const foreign = `tables/${LEFT.name}/bucket=000000/notes.parquet` as ObjectKey;
    await run.store.create(foreign, new Uint8Array(3), { durability: "full" });
    const other = await openProcess(run.disk, "other");
    const base = await other.storage.snapshot();
    const staged = await other.storage.begin({ base, mode: "blind" });
    await staged.stageAppend(LEFT.name, one(5));
    await commitMore(run, [6, 7, 8]);
    await run.storage.cleanup(ALL);
    expect(await staged.commit()).toMatchObject({ kind: "committed" });
    expect(await readValues(run.storage, LEFT.name)).toEqual(valuesUpTo(8));
    expect(keysOf(run.disk, /notes/)).toEqual([foreign]);
    await expectClean(run);
  });

  test("keeps what is younger than the grace, and versions since a time", async () => {
    const run = await optimizedRun(4);
    expect(await run.storage.cleanup({ keepVersions: 1 })).toMatchObject({
      floor: 1,
      filesRemoved: 0,
    });
    const olderThan = new Date(run.disk.clock.now().getTime());
    run.disk.clock.jumpTo(new Date(olderThan.getTime() + 5000));
    await commitMore(run, [5, 6, 7, 8]);
    // Version 5 was the newest one at that time.
    expect(await run.storage.cleanup({ olderThan, graceMs: 0 })).toMatchObject({ floor: 5 });
    await expectClean(run);
  });

  test("removes tensors and files that were replaced, and keeps those that are named or staged", async () => {
    const run = await optimizedRun(1);
    const file = formatFileName("config.json");
    const layer = formatIndexedName("batches", 0);
    for (let byte = 1; byte <= 4; byte++) {
      await putMembers(run, file, { name: "content", byte });
      await putMembers(run, layer, { name: "tensors.safetensors", byte });
    }
    await run.storage.createTag("kept" as TagName, { version: 5 }, {});
    const base = await run.storage.snapshot();
    const staged = await run.storage.begin({ base, mode: "blind" });
    await staged.stageArtifact(file, [{ name: "content", body: () => new Uint8Array([5]) }]);
    await commitMore(run, [2, 3, 4]);
    // Of each three were replaced; version 5 names one of them.
    const report = await run.storage.cleanup(ALL);
    expect(report.removed).toMatchObject({ members: 4 });
    expect(await staged.commit()).toMatchObject({ kind: "committed" });
    await run.storage.deleteTag("kept" as TagName, {});
    await commitMore(run, [5, 6]);
    expect((await run.storage.cleanup(ALL)).removed).toMatchObject({ members: 3 });
    expect(keysOf(run.disk, /^(tensors|files)\//)).toHaveLength(2);
    await expectClean(run);
  });

  test("removes parts of a writer whose sidecar was torn", async () => {
    const run = await optimizedRun(2);
    const dying = await openProcess(run.disk, "dying");
    const base = await dying.storage.snapshot();
    const staged = await dying.storage.begin({ base, mode: "blind" });
    await staged.stageAppend(LEFT.name, one(3));
    dying.store.process.kill();
    const [sidecar] = keysOf(run.disk, /^_recovery\//);
    run.disk.tamper(sidecar as ObjectKey, (bytes) => bytes.subarray(0, 9));
    await run.storage.cleanup(ALL);
    await expectClean(run);
    expect(await readValues(run.storage, LEFT.name)).toEqual([1, 2]);
  });

  test("wrong arguments change nothing", async () => {
    const { storage } = await optimizedRun(1);
    for (const options of [
      {},
      { keepVersions: 0 },
      { olderThan: new Date("no") },
      { ...ALL, graceMs: -1 },
    ]) {
      await expect(storage.cleanup(options)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});

async function* one(value: number) {
  yield rowsAt(LEFT, value, [value]);
}

/**
 * Goal: a log that ends at a sound checkpoint is opened by the index of that alone; whatever is in
 * doubt, it says the same as the records do.
 */
import {
  formatCheckpointIndexKey,
  formatRecordKey,
  HEAD_HINT_KEY,
  type ObjectKey,
  SEGMENT_PREFIX,
} from "@crv/core";
import { CountingStore, SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import {
  applyRecord,
  CommitLog,
  createRecord,
  emptyState,
  type RunOutline,
  type RunState,
  raiseFloor,
  writeSegmentedCheckpoint,
} from "../src/index.js";
import { commitIdOf, recordOf } from "./sample.js";

const LAST = 20;

/** A log of records 1 … LAST, with a checkpoint of all that the hint names. */
async function closedRun(): Promise<{ disk: SimulatedDisk; state: RunState }> {
  const disk = new SimulatedDisk();
  const store = disk.process("w");
  let state = emptyState();
  for (let version = 1; version <= LAST; version++) {
    await createRecord(store, recordOf(version), "full");
    state = applyRecord(state, recordOf(version));
  }
  await checkpoint(disk, state);
  return { disk, state };
}

async function checkpoint(disk: SimulatedDisk, state: RunState): Promise<void> {
  const store = disk.process("w");
  await writeSegmentedCheckpoint(store, state, "full");
  await store.replaceHint(HEAD_HINT_KEY, new TextEncoder().encode(`${state.version}\n`));
}

function contentOf({ version, commitId, createdAt, tables, refs }: RunOutline): unknown {
  const described = [...tables.values()].map(
    ({
      parts: _,
      ...table
    }: RunState["tables"] extends ReadonlyMap<unknown, infer T> ? Partial<T> : never) => table,
  );
  return { version, commitId, createdAt, tables: described, refs };
}

const openedBy = (disk: SimulatedDisk): CommitLog => new CommitLog(disk.process("reader"));
const flip = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte));
const segmentsOn = (disk: SimulatedDisk): ObjectKey[] =>
  ([...disk.objects().keys()] as ObjectKey[]).filter((key) => key.startsWith(SEGMENT_PREFIX));

describe("refreshOutline", () => {
  test("after a checkpoint at the end of the log reads no segment and no directory but the floor", async () => {
    const { disk, state } = await closedRun();
    const store = new CountingStore(disk.process("reader"));
    const log = new CommitLog(store);
    expect(contentOf(await log.refreshOutline())).toEqual(contentOf(state));
    expect(contentOf(log.outline)).toEqual(contentOf(state));
    expect(store.trace.map(({ verb, key }) => `${verb} ${key}`)).toMatchInlineSnapshot(`
      [
        "get _log/_head",
        "stat _log/00000000000000000021.json",
        "get _checkpoints/indexes/00000000000000000020.json",
        "get _log/00000000000000000020.json",
        "stat _log/00000000000000000021.json",
        "stat _log/00000000000000000022.json",
        "list _floor/",
      ]
    `);
    const full = await log.readState();
    expect([...full.tables.values()].map(({ parts }) => [...parts])).toEqual(
      [...state.tables.values()].map(({ parts }) => [...parts]),
    );
    expect(log.checkpointVersion).toBe(LAST);
  });

  test("sees a commit that comes later", async () => {
    const { disk } = await closedRun();
    const log = openedBy(disk);
    await log.refreshOutline();
    await createRecord(disk.process("w"), recordOf(LAST + 1), "full");
    expect((await log.refreshOutline()).version).toBe(LAST + 1);
    expect(log.state.version).toBe(LAST + 1);
  });

  test("shares a state that a refresh beside it has read", async () => {
    const { disk } = await closedRun();
    const log = openedBy(disk);
    const [outline, state] = await Promise.all([log.refreshOutline(), log.refresh()]);
    expect([outline.version, state.version, log.state.version]).toEqual([LAST, LAST, LAST]);
  });

  const index = formatCheckpointIndexKey(LAST);
  test.each<[what: string, harm: (disk: SimulatedDisk, state: RunState) => unknown]>([
    ["a missing index", (disk) => disk.process("w").removeUnreferenced([index], 1)],
    ["a changed index", (disk) => disk.tamper(index, flip)],
    ["a cut index", (disk) => disk.tamper(index, (bytes) => bytes.subarray(0, 99))],
    ["a hint that is none", (disk) => disk.tamper(HEAD_HINT_KEY, () => new Uint8Array([65]))],
    ["a hint beyond the log", (disk) => disk.tamper(HEAD_HINT_KEY, () => Buffer.from("99\n"))],
    [
      "a checkpoint of another history",
      (disk, state) => checkpoint(disk, { ...state, commitId: commitIdOf(777) }),
    ],
    ...[0, 1].map((at): [string, (disk: SimulatedDisk) => unknown] => [
      `segment ${at} changed`,
      (disk) => disk.tamper(segmentsOn(disk)[at] as ObjectKey, flip),
    ]),
    ["no segment", (disk) => disk.process("w").removeUnreferenced(segmentsOn(disk), 1)],
  ])("with %s says what the records say", async (_, harm) => {
    const { disk, state } = await closedRun();
    await harm(disk, state);
    const log = openedBy(disk);
    expect(contentOf(await log.refreshOutline())).toEqual(contentOf(state));
    const read = await log.readState();
    expect(contentOf(read)).toEqual(contentOf(state));
    expect([...read.tables.values()].map(({ parts }) => [...parts])).toEqual(
      [...state.tables.values()].map(({ parts }) => [...parts]),
    );
  });

  test("takes no hole for the end, and no checkpoint below the floor", async () => {
    const { disk } = await closedRun();
    await createRecord(disk.process("w"), recordOf(LAST + 2), "full");
    await expect(openedBy(disk).refreshOutline()).rejects.toMatchObject({ code: "CORRUPT" });
    const { disk: trimmed } = await closedRun();
    await raiseFloor(trimmed.process("w"), LAST + 5);
    await expect(openedBy(trimmed).refreshOutline()).rejects.toMatchObject({ code: "CORRUPT" });
  });

  test("with a damaged newest record says what it says without outlines", async () => {
    const { disk } = await closedRun();
    disk.tamper(formatRecordKey(LAST), flip);
    const log = openedBy(disk);
    expect((await log.refreshOutline()).version).toBe((await openedBy(disk).refresh()).version);
  });
});

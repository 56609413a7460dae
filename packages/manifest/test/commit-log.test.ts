/**
 * Goal: a reader gives the state that the records say, or an error that names the one that does not.
 * What is derived (checkpoints, the hint) may be torn, missing or lying, and changes nothing.
 */
import {
  type CommitRecord,
  formatCheckpointKey,
  formatFloorKey,
  formatRecordKey,
  HEAD_HINT_KEY,
  type ObjectKey,
  parseObjectKey,
  type Version,
} from "@crv/core";
import { CountingStore, readOnlyView, SimulatedDisk } from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import {
  applyRecord,
  CommitLog,
  createRecord,
  emptyState,
  encodeDocument,
  encodeRecord,
  type RunState,
  raiseFloor,
  writeCheckpoint,
} from "../src/index.js";
import { commitIdOf, operationIdOf, operationOf, recordOf } from "./sample.js";

const FULL = { durability: "full" } as const;
const records = (count: number): CommitRecord[] =>
  Array.from({ length: count }, (_, i) => recordOf(i + 1));
const stateOf = (version: Version): RunState => records(version).reduce(applyRecord, emptyState());

/** A disk with records 1 to `count`, and checkpoints of these versions. */
async function diskOf(count: number, checkpoints: readonly Version[] = []): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const store = disk.process("writer");
  for (const record of records(count)) await createRecord(store, record, "full");
  for (const version of checkpoints) await writeCheckpoint(store, stateOf(version), "full");
  return disk;
}

async function append(disk: SimulatedDisk, version: Version): Promise<void> {
  await createRecord(disk.process("writer"), recordOf(version), "full");
}

/** Cleanup as far as the log knows it: floor first, then the records below it go. */
async function trim(disk: SimulatedDisk, floor: Version): Promise<void> {
  await raiseFloor(disk.process("cleanup"), floor);
  for (let version = 1; version < floor; version++) remove(disk, formatRecordKey(version));
}

function remove(disk: SimulatedDisk, key: ObjectKey): void {
  if (disk.objects().has(key)) disk.tamper(key, () => undefined);
}

async function put(disk: SimulatedDisk, key: ObjectKey, text: string): Promise<void> {
  await disk.process("forger").create(key, new TextEncoder().encode(text), FULL);
}

const open = (disk: SimulatedDisk, damage?: "refuse" | "stop-before"): CommitLog =>
  new CommitLog(readOnlyView(disk.process("reader")), damage);

/** That the newest state is the fold of records 1..version, however it was read. */
async function expectHead(log: CommitLog, version: Version): Promise<void> {
  const state = await log.refresh();
  const { ledger, ...rest } = stateOf(version);
  expect({ ...state, ledger: null }).toEqual({ ...rest, ledger: null });
  expect([...state.ledger.settled(version)]).toEqual([...ledger.settled(version)]);
}

describe("refresh", () => {
  test("of an empty run is version 0", async () => {
    const log = open(new SimulatedDisk());
    expect(log.state.version).toBe(0);
    await expectHead(log, 0);
    await expectHead(log, 0);
  });

  test.each([1, 2, 16, 17, 18, 33, 50])("reads %i records", async (count) => {
    await expectHead(open(await diskOf(count)), count);
  });

  test("sees what others added", async () => {
    const disk = await diskOf(2);
    const log = open(disk);
    await expectHead(log, 2);
    await append(disk, 3);
    await expectHead(log, 3);
    expect(log.damagedAt).toBeUndefined();
  });

  test("costs two calls when nothing is new", async () => {
    const store = new CountingStore((await diskOf(20)).process("reader"));
    const log = new CommitLog(store);
    await log.refresh();
    store.reset();
    await log.refresh();
    expect(store.trace.map(({ verb, key }) => `${verb} ${key}`)).toEqual([
      `get ${formatRecordKey(21)}`,
      "list _floor/", // rule floorlast: a free number may be one that was freed
    ]);
  });

  test("never goes back behind a commit of its own process", async () => {
    const disk = await diskOf(1);
    const log = open(disk);
    await log.refresh();
    const next = applyRecord(log.state, recordOf(2));
    disk.onStep = ({ step }) => {
      if (step === "list") log.advance(next);
    };
    expect((await log.refresh()).version).toBe(2);
    log.advance(stateOf(1));
    expect(log.state).toBe(next);
  });

  test("does not hide that the store failed", async () => {
    const disk = await diskOf(2);
    const plan = [{ at: 3, fault: { kind: "error", errno: "EIO", when: "before" } }] as const;
    const log = new CommitLog(disk.process("reader", { plan }));
    await expect(log.refresh()).rejects.toMatchObject({ code: "IO" });
    await expectHead(log, 2);
  });
});

describe("damage", () => {
  const cases: readonly (readonly [string, (disk: SimulatedDisk, key: ObjectKey) => void])[] = [
    ["cut", (disk, key) => disk.tamper(key, (bytes) => bytes.slice(0, 40))],
    ["empty", (disk, key) => disk.tamper(key, () => new Uint8Array())],
    ["zeroed", (disk, key) => disk.tamper(key, (bytes) => bytes.fill(0))],
    [
      "a copy of another",
      (disk, key) => disk.tamper(key, () => disk.objects().get(formatRecordKey(1))),
    ],
  ];

  test.each(cases)(
    "a newest record that is %s is refused by a writer and left out by a reader",
    async (_, harm) => {
      const disk = await diskOf(3);
      harm(disk, formatRecordKey(3));
      await expect(open(disk).refresh()).rejects.toMatchObject({
        code: "CORRUPT",
        message: expect.stringContaining("restore the file from a backup"),
        details: { key: formatRecordKey(3) },
      });
      const reader = open(disk, "stop-before");
      await expectHead(reader, 2);
      expect(reader.damagedAt).toBe(3);
    },
  );

  test.each(cases)("an older record that is %s ends the log for a reader", async (_, harm) => {
    const disk = await diskOf(5);
    harm(disk, formatRecordKey(2));
    await expect(open(disk).refresh()).rejects.toMatchObject({
      details: { key: formatRecordKey(2) },
    });
    const reader = open(disk, "stop-before");
    await expectHead(reader, 1);
    expect(reader.damagedAt).toBe(2);
  });

  test("a missing record is a hole, not the end of the log", async () => {
    const disk = await diskOf(3);
    remove(disk, formatRecordKey(2));
    await expect(open(disk).refresh()).rejects.toMatchObject({
      code: "CORRUPT",
      message: expect.stringContaining("it is missing, and later records exist"),
      details: { key: formatRecordKey(2) },
    });
    const reader = open(disk, "stop-before");
    await expectHead(reader, 1);
    expect(reader.damagedAt).toBe(2);
  });

  test("a sound record of another run does not follow", async () => {
    const disk = await diskOf(2);
    await createRecord(disk.process("w"), recordOf(3, { parents: [commitIdOf(77)] }), "full");
    await expect(open(disk).refresh()).rejects.toMatchObject({
      code: "CORRUPT",
      message: expect.stringContaining("its parent is not the commit of version 2"),
    });
    const reader = open(disk, "stop-before");
    await expectHead(reader, 2);
    expect(reader.damagedAt).toBe(3);
  });

  test("a record of a later format stops reader and writer alike", async () => {
    const disk = await diskOf(2);
    const bytes = await encodeDocument({ format: 2 });
    await disk.process("w").create(formatRecordKey(3), bytes, FULL);
    for (const damage of ["refuse", "stop-before"] as const) {
      await expect(open(disk, damage).refresh()).rejects.toMatchObject({
        code: "FORMAT_UNSUPPORTED",
      });
    }
  });

  test("a foreign file in the log is left alone", async () => {
    const disk = await diskOf(2);
    await put(disk, parseObjectKey("_log/notes.txt"), "hello");
    await expectHead(open(disk), 2);
  });
});

describe("checkpoints", () => {
  test("save the records before them", async () => {
    const store = new CountingStore((await diskOf(30, [20, 28])).process("reader"));
    const log = new CommitLog(store);
    await expectHead(log, 30);
    expect(log.checkpointVersion).toBe(28);
    const read = store.trace
      .filter(({ verb, bytes }) => verb === "get" && bytes > 0)
      .map(({ key }) => key);
    expect([...read].sort()).toEqual(
      [
        formatCheckpointKey(28),
        formatRecordKey(28),
        formatRecordKey(29),
        formatRecordKey(30),
      ].sort(),
    );
  });

  test.each([
    ["torn", (bytes: Uint8Array) => bytes.slice(0, 100)],
    ["changed", (bytes: Uint8Array) => bytes.map((byte, i) => (i === 99 ? byte ^ 1 : byte))],
    ["missing", () => undefined],
  ])("that are %s are bypassed", async (_, harm) => {
    const disk = await diskOf(30, [10, 20]);
    disk.tamper(formatCheckpointKey(20), harm);
    await expectHead(open(disk), 30);
    disk.tamper(formatCheckpointKey(10), harm);
    await expectHead(open(disk), 30);
  });

  test("that were copied under a later version are bypassed", async () => {
    const disk = await diskOf(30, [10]);
    const copy = disk.objects().get(formatCheckpointKey(10)) as Uint8Array;
    await disk.process("forger").create(formatCheckpointKey(25), copy, FULL);
    await expectHead(open(disk), 30);
  });

  test("of another history are bypassed", async () => {
    const disk = await diskOf(30);
    const other = { ...stateOf(20), commitId: commitIdOf(777) };
    await writeCheckpoint(disk.process("forger"), other, "full");
    await expectHead(open(disk), 30);
  });

  test("that outlived their records are bypassed", async () => {
    const disk = await diskOf(10);
    await writeCheckpoint(disk.process("forger"), stateOf(20), "full");
    await expectHead(open(disk), 10);
  });

  test("speak for a damaged record that they cover", async () => {
    const disk = await diskOf(20, [15]);
    disk.tamper(formatRecordKey(15), () => new Uint8Array());
    await expectHead(open(disk), 20);
  });
});

describe("the hint", () => {
  test.each([
    ["nothing", ""],
    ["garbage", "ff\u0000"],
    ["a fraction", "1.5"],
    ["a negative number", "-3"],
    ["a version without checkpoint", "12"],
    ["a version that is not there yet", "4000"],
    ["more than 2^53", "9007199254740993"],
    ["an old checkpoint", "5"],
    ["the truth", "20"],
    ["far too much", "7".repeat(70_000)],
  ])("changes nothing when it says %s", async (_, text) => {
    const disk = await diskOf(30, [5, 20]);
    await put(disk, HEAD_HINT_KEY, text);
    await expectHead(open(disk), 30);
  });

  test("to a checkpoint below the floor is not believed", async () => {
    const disk = await diskOf(30, [5, 20]);
    await trim(disk, 21);
    await put(disk, HEAD_HINT_KEY, "5");
    await expectHead(open(disk), 30);
  });
});

describe("stateAt", () => {
  test.each([[[]], [[7]], [[3, 7, 12]]])(
    "gives every version, with checkpoints %j",
    async (checkpoints) => {
      const log = open(await diskOf(15, checkpoints));
      await log.refresh();
      for (let version = 0; version <= 15; version++) {
        const state = await log.stateAt(version);
        expect({ ...state, ledger: null }).toEqual({ ...stateOf(version), ledger: null });
        expect(state.ledger.says(operationIdOf(version + 1), version)).toBeUndefined();
      }
    },
  );

  test("gives a version that came since", async () => {
    const disk = await diskOf(2);
    const log = open(disk);
    await log.refresh();
    await append(disk, 3);
    expect((await log.stateAt(3)).version).toBe(3);
  });

  test.each([-1, 1.5, 4, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses version %d",
    async (version) => {
      await expect(open(await diskOf(3)).stateAt(version)).rejects.toMatchObject({
        code: "NOT_FOUND",
        details: { version, head: 3 },
      });
    },
  );

  test("names a record that is gone, and never gives another version instead", async () => {
    const disk = await diskOf(9, [8]);
    const log = open(disk);
    await log.refresh();
    remove(disk, formatRecordKey(3));
    await expect(log.stateAt(5)).rejects.toMatchObject({
      code: "CORRUPT",
      details: { key: formatRecordKey(3) },
    });
  });
});

describe("a trimmed log", () => {
  test("opens from the checkpoint before its floor", async () => {
    const disk = await diskOf(30, [10, 20]);
    await trim(disk, 21);
    await expectHead(open(disk), 30);
  });

  test("keeps the ids of the records that are gone (rule ledger)", async () => {
    const disk = await diskOf(30, [20]);
    await trim(disk, 21);
    const { ledger } = await open(disk).refresh();
    expect(ledger.says(operationIdOf(1), 30)).toEqual({ kind: "landed", version: 1 });
  });

  test("says which versions it still has", async () => {
    const disk = await diskOf(30, [10, 20]);
    await trim(disk, 21);
    const log = open(disk);
    await expect(log.stateAt(20)).rejects.toMatchObject({
      code: "NOT_FOUND",
      details: { version: 20, floor: 21 },
    });
    expect((await log.stateAt(21)).version).toBe(21);
    expect((await log.stateAt(0)).version).toBe(0);
  });

  test("without a sound checkpoint is damaged, and never an older state", async () => {
    const disk = await diskOf(30, [10, 20]);
    await trim(disk, 21);
    disk.tamper(formatCheckpointKey(20), () => new Uint8Array());
    await expect(open(disk).refresh()).rejects.toMatchObject({
      code: "CORRUPT",
      message: expect.stringContaining("records below version 21 were cleaned up"),
    });
  });

  test("is read anew by who slept while it was trimmed (rule floorlast)", async () => {
    const disk = await diskOf(5);
    const sleeper = open(disk);
    await expectHead(sleeper, 5);
    for (let version = 6; version <= 30; version++) await append(disk, version);
    await writeCheckpoint(disk.process("cleanup"), stateOf(20), "full");
    await trim(disk, 21);
    await expectHead(sleeper, 30);
  });

  test("is not read from a number that was freed and taken again", async () => {
    const disk = await diskOf(5);
    const sleeper = open(disk);
    await sleeper.refresh();
    for (let version = 6; version <= 30; version++) await append(disk, version);
    await writeCheckpoint(disk.process("cleanup"), stateOf(20), "full");
    await trim(disk, 21);
    const zombie = recordOf(6, {
      operations: [operationOf(operationIdOf(666))],
      commitId: commitIdOf(666),
    });
    await disk.process("zombie").create(formatRecordKey(6), await encodeRecord(zombie), FULL);
    await expectHead(sleeper, 30);
    expect(sleeper.state.ledger.says(operationIdOf(666), 30)).toBeUndefined();
    await expectHead(open(disk), 30);
  });

  test("can be trimmed at any moment of a first read", async () => {
    for (let at = 1; at <= 12; at++) {
      const disk = await diskOf(30, [10, 20]);
      let calls = 0;
      disk.onStep = async ({ process }) => {
        if (process === "reader" && ++calls === at) await trim(disk, 21);
      };
      await expectHead(open(disk), 30);
    }
  });

  describe("that is trimmed again at any moment of a first read", () => {
    /** A log trimmed to 11. */
    async function trimmed(): Promise<SimulatedDisk> {
      const disk = await diskOf(30, [10, 20]);
      await trim(disk, 11);
      return disk;
    }

    /** Trims it to 21 before call `at` of the reader, counted from now. */
    function trimAgain(disk: SimulatedDisk, at: number): void {
      let calls = 0;
      disk.onStep = async ({ process }) => {
        if (process !== "reader" || ++calls !== at) return;
        await trim(disk, 21);
        remove(disk, formatCheckpointKey(10));
        remove(disk, formatFloorKey(11));
      };
    }

    const moments = Array.from({ length: 16 }, (_, i) => i + 1);

    test.each(moments)("gives the newest state: before call %d", async (at) => {
      const disk = await trimmed();
      trimAgain(disk, at);
      await expectHead(open(disk), 30);
    });

    test.each(moments)("gives an old state or says that it is gone: before call %d", async (at) => {
      const disk = await trimmed();
      const log = open(disk);
      await log.refresh();
      trimAgain(disk, at);
      const found = log.stateAt(15).then(
        ({ version }) => version,
        ({ code }) => code,
      );
      expect([15, "NOT_FOUND"]).toContain(await found);
    });
  });
});

describe("records", () => {
  async function versions(log: CommitLog, after?: Version): Promise<Version[]> {
    const found: Version[] = [];
    for await (const record of log.records(after)) found.push(record.version);
    return found;
  }

  test("gives them oldest first", async () => {
    const log = open(await diskOf(5));
    expect(await versions(log)).toEqual([1, 2, 3, 4, 5]);
    expect(await versions(log, 3)).toEqual([4, 5]);
    expect(await versions(log, 9)).toEqual([]);
  });

  test("begins at the floor", async () => {
    const disk = await diskOf(6, [3]);
    await trim(disk, 4);
    expect(await versions(open(disk))).toEqual([4, 5, 6]);
  });

  test("goes on at the floor when it rises meanwhile", async () => {
    const disk = await diskOf(6, [3]);
    const found: Version[] = [];
    for await (const { version } of open(disk).records()) {
      found.push(version);
      if (version === 1) await trim(disk, 4);
    }
    expect(found).toEqual([1, 4, 5, 6]);
  });

  test("stops when it is told to", async () => {
    const log = open(await diskOf(3));
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(log.records(0, signal)[Symbol.asyncIterator]().next()).rejects.toThrow("enough");
  });

  test("gives one record, or undefined where the number is free", async () => {
    const log = open(await diskOf(2));
    expect(await log.read(2)).toEqual(recordOf(2));
    expect(await log.read(3)).toBeUndefined();
  });
});

describe("versionAsOf", () => {
  const timeOf = (version: Version): Date => new Date(recordOf(version).createdAt);

  test.each([1, 2, 7, 16, 33])(
    "finds each of %i versions, and none before the first",
    async (count) => {
      const log = open(await diskOf(count));
      for (let version = 1; version <= count; version++) {
        const last = records(count).findLast((r) => r.createdAt <= recordOf(version).createdAt);
        expect(await log.versionAsOf(timeOf(version))).toBe(last?.version);
      }
      expect(await log.versionAsOf(new Date(timeOf(1).getTime() - 1))).toBe(0);
      expect(await log.versionAsOf(new Date("2999-01-01"))).toBe(count);
    },
  );

  test("reads few records of a long log", async () => {
    const disk = await diskOf(200, [199]);
    const store = new CountingStore(disk.process("reader"));
    const log = new CommitLog(store);
    await log.refresh();
    const before = store.count("get");
    await log.versionAsOf(timeOf(100));
    expect(store.count("get") - before).toBeLessThan(12);
  });

  test("names the oldest version that is kept", async () => {
    const disk = await diskOf(9, [5]);
    const log = open(disk);
    await log.refresh();
    await trim(disk, 6);
    expect(await log.versionAsOf(timeOf(7))).toBe(7);
    await expect(log.versionAsOf(timeOf(3))).rejects.toMatchObject({
      code: "NOT_FOUND",
      details: { floor: 6 },
    });
  });
});

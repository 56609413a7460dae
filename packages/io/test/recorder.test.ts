/**
 * Goal: a recorder commits what was written, in its order, whole over all tables, once; and says so
 * when it cannot. Method: a storage in memory whose commits fail as a test says, and simulated timers.
 */
import { defineTable } from "@crv/core";
import { describe, expect, test } from "vitest";
import type { RecorderOptions } from "../src/index.js";
import { type Fate, FlakyStorage } from "./flaky-storage.js";
import { crvError, everything, openDataset } from "./open-dataset.js";
import { SimulatedTimers } from "./simulated-timers.js";

const events = defineTable({ name: "events", columns: { tick: "i64", n: "i64", note: "str?" } });
const copies = defineTable({ name: "copies", columns: { tick: "i64", n: "i64" } });

function openRecorder(options: RecorderOptions = {}, fates: readonly Fate[] = []) {
  const storage = new FlakyStorage();
  storage.fates.push(...fates);
  const timers = new SimulatedTimers();
  const { run } = openDataset({ tables: [events, copies], storage, timers });
  const recorder = run.recorder(options);
  /** Writes row `n` to both tables. */
  const write = (n: number): void => {
    recorder.write("events", { tick: n, n });
    recorder.write(copies, { tick: n, n });
  };
  const committed = async (table: "events" | "copies"): Promise<readonly number[]> => {
    if (!storage.states[storage.version]?.has((table === "events" ? events : copies).name))
      return [];
    return (await run.scan(table).toRows()).map(({ n }) => n);
  };
  return { run, storage, timers, recorder, write, committed };
}

/** Lets a flush under way come to its end. */
async function settled(timers: SimulatedTimers): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await timers.turn();
}

function refusal(call: () => void): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return expect.fail("was not refused");
}

describe("what is written", () => {
  test("is held until a flush, which commits all tables in one version", async () => {
    const { storage, recorder, write, committed } = openRecorder();
    write(0);
    write(1);
    expect([storage.version, recorder.heldRows]).toEqual([0, 4]);
    expect(await recorder.flush()).toBe(1);
    expect(await committed("events")).toEqual([0, 1]);
    expect(await committed("copies")).toEqual([0, 1]);
    expect([recorder.heldRows, recorder.heldBytes]).toEqual([0, 0]);
  });

  test("may be of every type, and is copied: the row can be used again", async () => {
    const { run } = openDataset({ tables: [everything] });
    const recorder = run.recorder();
    const row = {
      tick: 1,
      wide: 2n ** 60n,
      real: 0.5,
      name: "a",
      flag: true,
      small: 7,
      ratio: 0.25,
      at: new Date(5),
      bytes: Uint8Array.of(1, 2),
      payload: { a: [1] },
      items: [{ b: 2 }],
      state: [1, 2, 3],
      ids: [1n, 2n],
      point: { x: 1.5 },
    };
    recorder.write("everything", row);
    row.bytes[0] = 9;
    row.payload.a[0] = 9;
    row.state[0] = 9;
    recorder.write("everything", { tick: 2 });
    await recorder.close();
    const rows = await run.scan("everything", { int64: "bigint" }).toRows();
    expect(rows[0]).toMatchObject({
      wide: 2n ** 60n,
      name: "a",
      flag: true,
      bytes: Uint8Array.of(1, 2),
      payload: { a: [1] },
      items: [{ b: 2 }],
      state: Float32Array.of(1, 2, 3),
      point: { x: 1.5, label: null },
    });
    expect(rows[1]).toMatchObject({ tick: 2n, name: null, payload: null, point: null });
  });

  test("carries actor and message to every commit", async () => {
    const { storage, recorder, write } = openRecorder({ actor: "sim", message: "tick by tick" });
    write(0);
    await recorder.flush();
    expect(storage.intents[0]).toMatchObject({ actor: "sim", message: "tick by tick" });
    expect(storage.intents[0]?.mode).toBe("blind");
  });

  test("nothing written makes no version", async () => {
    const { storage, recorder } = openRecorder();
    expect(await recorder.flush()).toBe(0);
    await recorder.close();
    await recorder.close();
    expect(storage.commitCount).toBe(0);
  });
});

describe("a bad row", () => {
  const good = { tick: 0, n: 0 };

  test.each([
    ["MISSING_COLUMN", { tick: 1 }, { missing: ["n"] }],
    ["NULL_VALUE", { tick: 1, n: null }, { column: "n", row: 1 }],
    ["INVALID_VALUE", { tick: 1, n: 0.5 }, { column: "n", row: 1, value: 0.5 }],
    ["INVALID_TICK", { tick: -1, n: 1 }, { column: "tick", row: 1, value: -1 }],
    ["UNEXPECTED_COLUMN", { tick: 1, n: 1, nn: 1 }, { unexpected: ["nn"], row: 1 }],
    ["UNEXPECTED_COLUMN", { nn: 1, tick: 1, n: 1 }, { unexpected: ["nn"], row: 1 }],
    ["INVALID_ARGUMENT", [1, 2], { row: 1 }],
  ])("is refused by the call, as append refuses it: %s", async (code, row, details) => {
    const { recorder, committed, write } = openRecorder();
    recorder.write("events", good);
    expect(refusal(() => recorder.write("events", row as never))).toEqual(crvError(code, details));
    recorder.write("events", { tick: 2, n: 2 });
    write(3);
    await recorder.flush();
    expect(await committed("events")).toEqual([0, 2, 3]);
    expect(await committed("copies")).toEqual([3]);
  });

  test("is found among rows of another form", () => {
    const { recorder } = openRecorder();
    recorder.write("events", { n: 0, tick: 0 });
    recorder.write("events", { n: 0, tick: 0, note: undefined });
    class Event {
      readonly hidden = 1;
      readonly n = 1;
      get tick(): number {
        return 1;
      }
    }
    expect(refusal(() => recorder.write("events", new Event() as never))).toEqual(
      crvError("UNEXPECTED_COLUMN", { unexpected: ["hidden"] }),
    );
  });

  test("columns that the table does not have are left out when the schema is not strict", async () => {
    const { run } = openDataset({ tables: [copies], settings: { strictSchema: false } });
    const recorder = run.recorder();
    for (const n of [0, 1]) recorder.write("copies", { tick: n, more: 1, n } as never);
    await recorder.close();
    expect(await run.scan("copies").toRows()).toEqual([
      { tick: 0, n: 0 },
      { tick: 1, n: 1 },
    ]);
  });

  test("a table that the program does not describe is refused", async () => {
    const { recorder } = openRecorder();
    expect(refusal(() => recorder.write("other" as "events", good))).toEqual(
      crvError("UNKNOWN_TABLE", { table: "other" }, "descriptor"),
    );
  });

  test("a row that writes another row while it is read", async () => {
    const { recorder, committed } = openRecorder();
    const row = {
      tick: 1,
      get n() {
        recorder.write("events", { tick: 0, n: 0 });
        return 1;
      },
    };
    recorder.write("events", row);
    await recorder.flush();
    expect(await committed("events")).toEqual([0, 1]);
  });
});

describe("a flush is begun", () => {
  test("by flushRows, with all rows written so far", async () => {
    const { timers, recorder, write, committed } = openRecorder({ flushRows: 4 });
    write(0);
    write(1);
    write(2);
    expect(recorder.heldRows).toBe(6);
    await settled(timers);
    expect(await committed("events")).toEqual([0, 1]);
    expect(recorder.heldRows).toBe(2);
  });

  test("by flushBytes", async () => {
    const { timers, storage, recorder } = openRecorder({ flushBytes: 1000 });
    recorder.write("events", { tick: 0, n: 0, note: "x".repeat(900) });
    await settled(timers);
    expect(storage.version).toBe(0);
    recorder.write("events", { tick: 0, n: 0, note: "x".repeat(100) });
    await settled(timers);
    expect(storage.version).toBe(1);
  });

  test("by flushMs after the oldest row, once", async () => {
    const { timers, storage, write, committed } = openRecorder({ flushMs: 100 });
    write(0);
    timers.advance(60);
    write(1);
    timers.advance(39);
    await settled(timers);
    expect(storage.version).toBe(0);
    timers.advance(1);
    await settled(timers);
    expect(await committed("copies")).toEqual([0, 1]);
    expect(timers.pendingCount).toBe(0);
    timers.advance(1000);
    await settled(timers);
    expect(storage.commitCount).toBe(1);
  });

  test("by flushMs that ends while another is under way, after it", async () => {
    const { timers, storage, recorder, write, committed } = openRecorder({ flushMs: 100 });
    const release = storage.hold();
    write(0);
    timers.advance(100);
    write(1);
    timers.advance(100);
    await settled(timers);
    expect([storage.version, recorder.heldRows]).toEqual([0, 4]);
    release();
    await settled(timers);
    expect([storage.version, recorder.heldRows]).toEqual([2, 0]);
    expect(await committed("events")).toEqual([0, 1]);
  });

  test("by no timer once the recorder is closed", async () => {
    const { timers, recorder, write } = openRecorder();
    write(0);
    expect(timers.pendingCount).toBe(1);
    await recorder.close();
    expect(timers.pendingCount).toBe(0);
  });
});

describe("backpressure", () => {
  test("ready waits while one flush is under way and the next is due", async () => {
    const { timers, storage, recorder, write } = openRecorder({ flushRows: 4 });
    const release = storage.hold();
    write(0);
    write(1);
    await recorder.ready();
    write(2);
    write(3);
    let isReady = false;
    const ready = recorder.ready().then(() => {
      isReady = true;
    });
    await settled(timers);
    expect(isReady).toBe(false);
    release();
    await ready;
    expect(storage.version).toBe(1);
  });

  test("one flush is under way at a time", async () => {
    const { storage, timers, write } = openRecorder({ flushRows: 2 });
    const release = storage.hold();
    for (let n = 0; n < 10; n++) write(n);
    release();
    await settled(timers);
    expect(storage.commitCount).toBe(2);
  });

  test("write refuses what does not fit heldBytesMax; after ready it fits", async () => {
    const { storage, recorder, committed } = openRecorder({ heldBytesMax: 1000 });
    const release = storage.hold();
    const row = (n: number) => ({ tick: n, n, note: "x".repeat(400) });
    recorder.write("events", row(0));
    recorder.write("events", row(1));
    expect(refusal(() => recorder.write("events", row(2)))).toEqual(
      crvError("RECORDER_FULL", { heldBytes: 840, heldBytesMax: 1000, heldRows: 2 }, "ready()"),
    );
    release();
    await recorder.ready();
    recorder.write("events", row(2));
    await recorder.close();
    expect(await committed("events")).toEqual([0, 1, 2]);
  });

  test("a row larger than heldBytesMax can never be written", () => {
    const { recorder } = openRecorder({ heldBytesMax: 1000 });
    const row = { tick: 0, n: 0, note: "x".repeat(1000) };
    expect(refusal(() => recorder.write("events", row))).toEqual(
      crvError("LIMIT_EXCEEDED", { sizeBytes: 1020, sizeBytesMax: 1000 }),
    );
  });
});

describe("a flush that fails", () => {
  test.each<readonly [Fate, string]>([
    ["fails", "IO"],
    ["conflicts", "CONFLICT"],
    ["lost", "UNKNOWN_OUTCOME"],
    ["landed", "UNKNOWN_OUTCOME"],
  ])("%s: flush says so, and the next one commits the rows once", async (fate, code) => {
    const { recorder, write, committed } = openRecorder({}, [fate]);
    write(0);
    await expect(recorder.flush()).rejects.toThrow(crvError(code));
    expect(recorder.heldRows).toBe(2);
    write(1);
    await recorder.flush();
    expect(await committed("events")).toEqual([0, 1]);
    expect(await committed("copies")).toEqual([0, 1]);
  });

  test("the next write says so, once, and takes no row", async () => {
    const { timers, recorder, write, committed } = openRecorder({ flushRows: 2 }, ["fails"]);
    write(0);
    await settled(timers);
    expect(refusal(() => write(1))).toEqual(crvError("IO"));
    expect(recorder.heldRows).toBe(2);
    write(1);
    await recorder.close();
    expect(await committed("events")).toEqual([0, 1]);
  });

  test("ready says so, once", async () => {
    const { timers, recorder, write } = openRecorder({ flushRows: 2 }, ["fails"]);
    write(0);
    await settled(timers);
    await expect(recorder.ready()).rejects.toThrow(crvError("IO"));
    await recorder.ready();
  });

  test("is tried again after flushMs", async () => {
    const { timers, storage, write, committed } = openRecorder({ flushRows: 2, flushMs: 100 }, [
      "fails",
    ]);
    write(0);
    await settled(timers);
    expect(storage.version).toBe(0);
    timers.advance(100);
    await settled(timers);
    expect(await committed("events")).toEqual([0]);
  });

  test("close says so; it can be repeated, and takes no rows any more", async () => {
    const { timers, recorder, write, committed } = openRecorder({}, ["fails"]);
    write(0);
    await expect(recorder.close()).rejects.toThrow(crvError("IO"));
    expect(timers.pendingCount).toBe(0);
    expect(refusal(() => write(1))).toEqual(crvError("CLOSED"));
    await recorder.close();
    expect(await committed("copies")).toEqual([0]);
  });

  test("nothing is written again before an unknown outcome is settled", async () => {
    const { storage, recorder, write, committed } = openRecorder({}, ["landed"]);
    storage.resolutions.push("fails", "unknown");
    write(0);
    await expect(recorder.flush()).rejects.toThrow(crvError("UNKNOWN_OUTCOME"));
    write(1);
    await expect(recorder.flush()).rejects.toThrow(crvError("IO"));
    await expect(recorder.flush()).rejects.toThrow(crvError("UNKNOWN_OUTCOME"));
    expect([storage.commitCount, recorder.heldRows]).toEqual([1, 4]);
    expect(await recorder.flush()).toBe(2);
    expect(await committed("events")).toEqual([0, 1]);
  });

  test("tells every caller of flush that waited for it", async () => {
    const { storage, recorder, write } = openRecorder({}, ["fails"]);
    write(0);
    const flushes = await Promise.allSettled([recorder.flush(), recorder.flush()]);
    expect(flushes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(storage.commitCount).toBe(1);
  });
});

describe("options", () => {
  test.each([
    [{ flushRows: 0 }, "flushRows"],
    [{ flushMs: 0.5 }, "flushMs"],
    [{ heldBytesMax: 2 ** 30 }, "heldBytesMax"],
    [{ heldBytesMax: 1000, flushBytes: 501 }, "flushBytes"],
    [{ actor: "x".repeat(257) }, "actor"],
    [{ flushRow: 1 }, "flushRow"],
  ])("%j is refused", (options, option) => {
    const { run } = openDataset({ tables: [] });
    expect(refusal(() => run.recorder(options as RecorderOptions))).toEqual(
      crvError("INVALID_ARGUMENT", { option }),
    );
  });

  test("a run open for reading has no recorder", () => {
    const { run } = openDataset({ tables: [], readOnly: true });
    expect(refusal(() => run.recorder())).toEqual(crvError("READ_ONLY"));
  });
});

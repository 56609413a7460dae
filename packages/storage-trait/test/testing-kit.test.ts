/** The smaller parts of the test kit. */
import { defineTable, type ObjectKey } from "@crv/core";
import { Float64, Int64, Table, Utf8, vectorFromArray } from "apache-arrow";
import { describe, expect, test } from "vitest";
import {
  CountingStore,
  everyChoice,
  randomChoice,
  readOnlyView,
  SimulatedClock,
  SimulatedDisk,
  seededRandom,
  simulatedLiveness,
  TrivialPartStore,
} from "../src/testing.js";

const key = (text: string): ObjectKey => text as ObjectKey;
const FULL = { durability: "full" } as const;

describe("SimulatedClock", () => {
  test("wakes sleepers in order of their deadlines when it is moved", async () => {
    const clock = new SimulatedClock({ start: new Date(0) });
    const woken: string[] = [];
    const late = clock.sleep(20).then(() => woken.push("late"));
    const early = clock.sleep(10).then(() => woken.push("early"));
    clock.advance(9);
    expect(clock.sleeperCount).toBe(2);
    clock.advance(50);
    await Promise.all([late, early]);
    expect(woken).toEqual(["early", "late"]);
    expect(clock.now()).toEqual(new Date(59));
  });

  test("wakes a sleeper whose signal aborts", async () => {
    const clock = new SimulatedClock();
    const controller = new AbortController();
    const sleeping = clock.sleep(10, controller.signal);
    controller.abort("enough");
    await expect(sleeping).rejects.toBe("enough");
    await expect(clock.sleep(10, controller.signal)).rejects.toBe("enough");
    expect(clock.sleeperCount).toBe(0);
  });

  test("moves itself when told to, and jumps without waking", async () => {
    const clock = new SimulatedClock({ start: new Date(0), autoAdvance: true });
    await clock.sleep(1000);
    expect(clock.now()).toEqual(new Date(1000));
    clock.jumpTo(new Date(10));
    expect(clock.now()).toEqual(new Date(10));
  });
});

describe("seededRandom", () => {
  test("repeats itself from a seed, and differs between seeds", () => {
    const draw = (seed: number) => [...seededRandom(seed).bytes(8)].join();
    expect(draw(1)).toBe(draw(1));
    expect(new Set(Array.from({ length: 100 }, (_, seed) => draw(seed))).size).toBe(100);
  });

  test("spreads evenly enough", () => {
    const random = seededRandom(5);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) counts[random.integer(10)]! += 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect(random.fraction()).toBeLessThan(1);
  });
});

describe("everyChoice", () => {
  test("makes every sequence of choices once, also where later ones depend on earlier", () => {
    const found = [
      ...everyChoice((choose) => {
        const first = choose(["a", "b"]);
        return first === "a" ? first : first + choose([1, 2, 3]) + choose(["x"]);
      }),
    ];
    expect(found).toEqual(["a", "b1x", "b2x", "b3x"]);
  });

  test("shares its deciders with random choice", () => {
    const decide = randomChoice(seededRandom(1));
    expect(["a", "b"]).toContain(decide(["a", "b"]));
    expect(() => decide([])).toThrow(RangeError);
  });
});

describe("readOnlyView", () => {
  test("has no verb that writes", async () => {
    const store = new SimulatedDisk().process("p");
    await store.create(key("a"), new Uint8Array(3), FULL);
    const view = readOnlyView(store);
    expect(Object.keys(view).sort()).toEqual([
      "capabilities",
      "close",
      "get",
      "list",
      "location",
      "stat",
    ]);
    expect(Object.getPrototypeOf(view)).toBe(Object.prototype);
    expect((await view.stat(key("a")))?.sizeBytes).toBe(3);
  });
});

describe("simulatedLiveness", () => {
  test("knows the processes of its machine and boot only", async () => {
    const disk = new SimulatedDisk();
    const [self, other] = [disk.process("self"), disk.process("other")];
    const elsewhere = disk.process("elsewhere", { machine: "another" });
    const liveness = simulatedLiveness(disk, self);
    expect(await liveness.self()).toBe(self.process.identity);
    expect(await liveness.probe(other.process.identity)).toBe("alive");
    other.process.kill();
    elsewhere.process.kill();
    expect(await liveness.probe(other.process.identity)).toBe("dead");
    expect(await liveness.probe({ ...other.process.identity, pid: 99 })).toBe("dead");
    expect(await liveness.probe(elsewhere.process.identity)).toBe("unknown");
    const later = disk.powerLoss(seededRandom(1));
    const after = simulatedLiveness(later, later.process("after"));
    expect(await after.probe(self.process.identity)).toBe("unknown");
  });
});

describe("CountingStore", () => {
  test("counts calls and bytes by verb, in order", async () => {
    const store = new CountingStore(new SimulatedDisk().process("p"));
    async function* pieces() {
      yield new Uint8Array(4);
      yield new Uint8Array(5);
    }
    await store.create(key("a"), pieces(), FULL);
    await store.create(key("b"), new Uint8Array(2), FULL);
    await store.get(key("a"), { sizeBytesMax: 100 });
    await store.removeUnreferenced([key("a"), key("b")], 1);
    expect(store.trace).toEqual([
      { verb: "create", key: "a", bytes: 9 },
      { verb: "create", key: "b", bytes: 2 },
      { verb: "get", key: "a", bytes: 9 },
      { verb: "removeUnreferenced", key: "a", bytes: 0 },
      { verb: "removeUnreferenced", key: "b", bytes: 0 },
    ]);
    expect([store.count(), store.count("create"), store.bytes("create")]).toEqual([5, 2, 11]);
    store.reset();
    expect(store.count()).toBe(0);
  });
});

describe("TrivialPartStore", () => {
  test("describes the values of a part as far as they have bounds", async () => {
    const table = defineTable({
      name: "t",
      columns: { tick: "i64", port: "str", delay: "f64?", weight: "f64?" },
    });
    const rows = new Table({
      tick: vectorFromArray([7n, 3n, 5n], new Int64()),
      port: vectorFromArray(["b", "\u{10000}", "\uE000"], new Utf8()),
      delay: vectorFromArray([null, -1.5, 2], new Float64()),
      weight: vectorFromArray([null, Number.NaN, 2], new Float64()),
    });
    const parts = new TrivialPartStore(new SimulatedDisk().process("p"));
    const outcome = await parts.write({
      key: key("tables/t/part"),
      runId: "run" as never,
      table,
      bucket: 4,
      batches: rows.batches,
      durability: "full",
    });
    expect(outcome).toMatchObject({
      kind: "created",
      part: { path: "tables/t/part", rows: 3, bucket: 4, tickMin: 3, tickMax: 7 },
    });
    expect(outcome.kind === "created" && outcome.part.columns).toEqual({
      tick: { min: 3n, max: 7n, nulls: 0 },
      port: { min: "b", max: "\u{10000}", nulls: 0 },
      delay: { min: -1.5, max: 2, nulls: 1 },
      weight: { nulls: 1 },
    });
  });
});

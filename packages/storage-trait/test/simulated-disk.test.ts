/**
 * Goal: the simulated disk loses what a real one may lose, and nothing else.
 * Method: one small create or replace, every crash point, every state after a loss of power.
 * Invariants: what was answered `created` at `full` is there, whole, in every state; nothing is ever
 * there in part; a dead process changes nothing.
 */
import type { ObjectKey } from "@crv/core";
import { describe, expect, test } from "vitest";
import {
  crashAfter,
  type Fault,
  fittingFaults,
  formatStorageCall,
  randomFaults,
  SimulatedCrash,
  SimulatedDisk,
  type SimulatedStore,
  seededRandom,
} from "../src/testing.js";

const key = (text: string): ObjectKey => text as ObjectKey;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (found: Uint8Array | undefined): string | undefined =>
  found && new TextDecoder().decode(found);

const RECORD = key("_log/00000000000000000001.json");
const FULL = { durability: "full" } as const;
const PROCESS = { durability: "process" } as const;

function steps(disk: SimulatedDisk): string[] {
  return disk.trace.map((call) => formatStorageCall({ ...call, process: "p" }));
}

describe("SimulatedDisk", () => {
  test("takes a create apart into its storage calls", async () => {
    const disk = new SimulatedDisk();
    await disk.process("writer").create(RECORD, bytes("one"), FULL);
    expect(steps(disk)).toEqual([
      "p#1 create make-directory _log",
      "p#2 create sync-directory ",
      "p#3 create make-directory _tmp",
      `p#4 create write ${RECORD}`,
      `p#5 create sync-content ${RECORD}`,
      `p#6 create link ${RECORD}`,
      "p#7 create unlink-temporary _tmp/1-1",
      "p#8 create sync-directory _log",
    ]);
  });

  test("syncs a directory that another process made, once", async () => {
    const disk = new SimulatedDisk();
    await disk
      .process("first", { crashAt: 2 })
      .create(RECORD, bytes("one"), FULL)
      .catch(() => {});
    const second = disk.process("second");
    await second.create(RECORD, bytes("one"), FULL);
    const before = second.process.callCount;
    await second.create(key("_log/00000000000000000002.json"), bytes("two"), FULL);
    expect(steps(disk).filter((line) => line.endsWith("sync-directory "))).toHaveLength(1);
    expect(second.process.callCount - before).toBe(5);
  });

  test("keeps what was answered created through every loss of power", async () => {
    const disk = new SimulatedDisk();
    await disk.process("writer").create(RECORD, bytes("one"), FULL);
    const states = [...disk.powerLossStates()];
    expect(states.map((state) => text(state.objects().get(RECORD)))).toEqual(["one"]);
  });

  test("leaves an object whole or absent wherever its writer died", async () => {
    const calls = 8;
    const seen = new Set<string | undefined>();
    for (let at = 1; at <= calls; at++) {
      const disk = new SimulatedDisk();
      const writer = disk.process("writer", { crashAt: at });
      await expect(writer.create(RECORD, bytes("one"), FULL)).rejects.toThrow(SimulatedCrash);
      expect(writer.process.callCount).toBe(at);
      for (const state of disk.powerLossStates()) {
        seen.add(text(state.objects().get(RECORD)));
        expect([undefined, "one"]).toContain(text(state.objects().get(RECORD)));
      }
    }
    expect(seen).toEqual(new Set([undefined, "one"]));
  });

  test("loses any part of what was not synced", async () => {
    const disk = new SimulatedDisk();
    const writer = disk.process("writer");
    await writer.create(key("a"), bytes("1234"), PROCESS);
    await writer.create(key("b/c"), bytes("5"), PROCESS);
    const states = [...disk.powerLossStates()].map((state) =>
      [...state.objects()].map(([k, found]) => `${k}=${[...found]}`).join(" "),
    );
    // "a": absent or one of 5 contents; "b": absent, empty, or with one of 5 contents of "c".
    expect(states).toHaveLength(6 * 7);
    expect(states[0]).toBe("");
    expect(states.at(-1)).toBe("a=49,50,51,52 b/c=53");
    expect(new Set(states)).toContain("a=0,0,0,0");
    expect(new Set(states)).toContain("a=49,50");
    expect(new Set(states)).toContain("a=49,50,204,203");
    expect(new Set(states)).toContain("a=");
  });

  test("may bring removed and replaced objects back", async () => {
    const disk = new SimulatedDisk();
    const writer = disk.process("writer");
    await writer.create(key("a"), bytes("a"), FULL);
    await writer.create(key("lease"), bytes("old"), FULL);
    await writer.removeUnreferenced([key("a")], 1);
    await writer.replaceLease(key("lease"), bytes("new"));
    const states = [...disk.powerLossStates()].map(
      (state) => `${state.objects().has(key("a"))} ${text(state.objects().get(key("lease")))}`,
    );
    expect(new Set(states)).toEqual(new Set(["true old", "true new", "false old", "false new"]));
  });

  test("draws states from a seed when they are too many, extremes included", async () => {
    const disk = new SimulatedDisk();
    const writer = disk.process("writer");
    for (let i = 0; i < 20; i++) await writer.create(key(`k${i}`), bytes(`${i}`), PROCESS);
    expect(() => [...disk.powerLossStates({ max: 10 })]).toThrow("more than 10 states");
    const draw = () =>
      [...disk.powerLossStates({ max: 10, random: seededRandom(7) })].map((state) =>
        JSON.stringify([...state.objects()].map(([k, v]) => [k, text(v)])),
      );
    expect(draw()).toEqual(draw());
    expect(draw()).toHaveLength(10);
    expect(draw()[0]).toBe("[]");
    expect(JSON.parse(draw().at(-1) as string)).toHaveLength(20);
  });

  test("makes durable what another process left unsynced", async () => {
    const disk = new SimulatedDisk();
    await disk.process("writer").create(RECORD, bytes("one"), PROCESS);
    const finder = disk.process("finder");
    expect(await finder.makeDurable(RECORD)).toBe(true);
    expect([...disk.powerLossStates()].map((s) => text(s.objects().get(RECORD)))).toEqual(["one"]);
  });

  test("never makes durable what a failed sync dropped", async () => {
    const disk = new SimulatedDisk();
    await disk.process("writer").create(key("a"), bytes("a"), PROCESS);
    const error: Fault = { kind: "error", errno: "EIO", when: "before" };
    const syncer = disk.process("syncer", { plan: [{ at: 2, fault: error }] });
    await expect(syncer.makeDurable(key("a"))).rejects.toMatchObject({ code: "IO" });
    await syncer.makeDurable(key("a"));
    const contents = [...disk.powerLossStates()].map((s) => text(s.objects().get(key("a"))));
    expect(contents).toContain("");
  });

  test("lets nothing of a dead process have an effect", async () => {
    const disk = new SimulatedDisk();
    const writer = disk.process("writer");
    disk.onStep = ({ step }) => {
      if (step === "link") writer.process.kill();
    };
    await expect(writer.create(key("a"), bytes("a"), FULL)).rejects.toThrow(SimulatedCrash);
    await expect(writer.stat(key("a"))).rejects.toThrow(SimulatedCrash);
    expect(disk.objects().size).toBe(0);
    expect(disk.temporaries()).toEqual(["_tmp/1-1"]);
  });

  test("dies after a step with its effect done", async () => {
    const disk = new SimulatedDisk();
    const writer = disk.process("writer", { plan: crashAfter(4) });
    await expect(writer.create(key("a"), bytes("a"), FULL)).rejects.toThrow("create link a");
    expect(text(disk.objects().get(key("a")))).toBe("a");
  });

  test("lets the hook decide the order of steps of several processes", async () => {
    const run = async (first: string) => {
      const disk = new SimulatedDisk();
      let open = (): void => {};
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      disk.onStep = ({ process, step }) =>
        step === "link" && process !== first ? gate : undefined;
      const outcomes = ["x", "y"].map(async (name) => {
        const { kind } = await disk.process(name).create(key("a"), bytes(name), FULL);
        if (name === first) open();
        return kind;
      });
      return Promise.all(outcomes);
    };
    expect(await run("x")).toEqual(["created", "exists"]);
    expect(await run("y")).toEqual(["exists", "created"]);
  });
});

describe("crash windows", () => {
  const OLD = '{"run_version":1}';
  const NEW = '{"run_version":2}';
  const VIEW = key("tables/t/manifest.json");

  const verbs: Readonly<Record<string, (store: SimulatedStore) => Promise<unknown>>> = {
    replaceView: (store) => store.replaceView(VIEW, 2, bytes(NEW)),
    replaceLease: (store) => store.replaceLease(VIEW, bytes(NEW)),
    removeUnreferenced: (store) => store.removeUnreferenced([VIEW], 1),
    makeDurable: (store) => store.makeDurable(VIEW),
  };

  /** What is found under the view after every crash of `verb` and every loss of power thereafter. */
  async function foundAfter(verb: (store: SimulatedStore) => Promise<unknown>) {
    const found = new Set<string | undefined>();
    for (let at = 1, isOver = false; !isOver; at++) {
      const disk = new SimulatedDisk();
      await disk.process("before").create(VIEW, bytes(OLD), FULL);
      const store = disk.process("writer", { crashAt: at });
      await verb(store).catch((error) => expect(error).toBeInstanceOf(SimulatedCrash));
      isOver = !store.process.crashed;
      for (const state of disk.powerLossStates()) found.add(text(state.objects().get(VIEW)));
    }
    return found;
  }

  test.each([
    ["replaceView", [OLD, NEW]],
    ["replaceLease", [OLD, NEW]],
    ["removeUnreferenced", [OLD, undefined]],
    ["makeDurable", [OLD]],
  ])("of %s leave what was or what should be, whole", async (verb, allowed) => {
    expect(await foundAfter(verbs[verb] as (typeof verbs)[string])).toEqual(new Set(allowed));
  });

  test("of a hint may leave anything", async () => {
    const found = await foundAfter((store) => store.replaceHint(VIEW, bytes(NEW)));
    expect(found).toContain("");
    expect(found).toContain(OLD);
    expect(found).toContain(NEW);
  });
});

describe("faults", () => {
  async function createWith(fault: Fault, step: string): Promise<[SimulatedDisk, SimulatedStore]> {
    const disk = new SimulatedDisk();
    const plan = (call: { step: string }) => (call.step === step ? fault : undefined);
    return [disk, disk.process("writer", { plan })];
  }

  test.each([
    ["now", true, []],
    ["late", false, ["a"]],
    ["never", false, []],
  ] as const)("answers unknown to a create that lands %s", async (lands, isThere, landed) => {
    const [disk, writer] = await createWith({ kind: "unknown", lands }, "link");
    expect(await writer.create(key("a"), bytes("a"), FULL)).toMatchObject({ kind: "unknown" });
    expect(disk.objects().has(key("a"))).toBe(isThere);
    expect(disk.deliverLate()).toEqual(landed);
    expect(disk.objects().has(key("a"))).toBe(isThere || landed.length > 0);
  });

  test("delivers a duplicate late, and only where nothing is", async () => {
    const [disk, writer] = await createWith({ kind: "duplicate" }, "link");
    expect(await writer.create(key("a"), bytes("a"), FULL)).toMatchObject({ kind: "created" });
    expect(disk.late).toEqual(["a"]);
    expect(disk.deliverLate()).toEqual([]);
  });

  test("throws IO and creates nothing when a step before the link fails", async () => {
    for (const step of ["make-directory", "write", "sync-content", "link"]) {
      const [disk, writer] = await createWith(
        { kind: "error", errno: "ENOSPC", when: "before" },
        step,
      );
      await expect(writer.create(key("d/a"), bytes("a"), FULL)).rejects.toMatchObject({
        code: "IO",
      });
      expect(disk.objects().size).toBe(0);
      expect(disk.temporaries()).toEqual([]);
    }
  });

  test("answers unknown when the object is there and its directory cannot be synced", async () => {
    const [disk, writer] = await createWith(
      { kind: "error", errno: "EIO", when: "before" },
      "sync-directory",
    );
    expect(await writer.create(key("a"), bytes("a"), FULL)).toMatchObject({ kind: "unknown" });
    expect(disk.objects().size).toBe(1);
  });

  test("goes on after a short write", async () => {
    const disk = new SimulatedDisk();
    const writer = disk.process("writer", { plan: [{ at: 2, fault: { kind: "short-write" } }] });
    await writer.create(key("a"), bytes("12345"), FULL);
    expect(text(disk.objects().get(key("a")))).toBe("12345");
    expect(steps(disk).filter((line) => line.includes("create write"))).toHaveLength(2);
  });

  test("refuses a fault that the step cannot suffer", async () => {
    const [, writer] = await createWith({ kind: "duplicate" }, "write");
    await expect(writer.create(key("a"), bytes("a"), FULL)).rejects.toThrow("does not fit");
  });

  test("repeats random faults from their seed", async () => {
    const run = async () => {
      const disk = new SimulatedDisk();
      const plan = randomFaults({ random: seededRandom(11), probability: 0.3 });
      const writer = disk.process("writer", { plan });
      const answers: string[] = [];
      for (let i = 0; i < 30; i++) {
        const answer = await writer.create(key(`k${i}`), bytes("x"), FULL).catch((e) => e.message);
        answers.push(answer.kind ?? answer);
      }
      return answers;
    };
    const answers = await run();
    expect(await run()).toEqual(answers);
    expect(new Set(answers).size).toBeGreaterThan(2);
  });

  test("offers for every step the faults that fit it", () => {
    expect(fittingFaults({ step: "link" }).map(({ kind }) => kind)).toContain("unknown");
    expect(fittingFaults({ step: "read" }).map(({ kind }) => kind)).not.toContain("unknown");
  });
});

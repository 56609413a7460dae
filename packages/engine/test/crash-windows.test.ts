/**
 * Goal: a crash at any storage call of any writer loses nothing acknowledged and leaves nothing half
 * visible.
 *
 * Method: each registered writer runs on the simulated disk with a crash before every storage call,
 * then after the last; the disk is then what processes saw (the process died), or a state that a
 * loss of power can leave. Each is recovered and checked.
 *
 * Exhaustive: the calls, and what a dead process leaves. Sampled: the states of a loss of power
 * beyond `POWER_STATES_MAX` for one call; the two extremes are always among them.
 *
 * Invariants: I1-I5, I7, I8, I16 by `checkRun`; atomicity (I2) by the contents of all tables. The
 * kinds of calls that were crashed are golden: one that is new must be looked at and added.
 */
import assert from "node:assert/strict";
import type { StorageVerb } from "@crv/storage-trait/testing";
import { afterAll, describe, expect, test } from "vitest";
import { countIn } from "./support/count-in.js";
import { crashEveryCall } from "./support/crash-windows.js";
import { proofSize } from "./support/proof-size.js";
import { WRITERS } from "./support/writers.js";

/** States of one loss of power that are recovered. */
const POWER_STATES_MAX = proofSize(12, 512);

/** Every verb of the store: writers are crashed at it, or there is a reason why none is. */
const VERBS: Readonly<Record<StorageVerb, "crashed" | string>> = {
  create: "crashed",
  get: "crashed",
  list: "crashed",
  makeDurable: "crashed",
  removeSession: "no commit depends on it: it says who has a run open, for people",
  removeSidecar: "crashed",
  removeStaged: "crashed",
  removeUnreferenced: "crashed",
  removeViews: "crashed",
  replaceHint: "crashed",
  replaceLease: "crashed",
  replaceView: "crashed",
  setAside: "crashed",
  showPart: "crashed",
  stat: "crashed",
  takeTurn: "it only saves work: simulated processes go at once",
};

const kinds = new Map<string, readonly string[]>();

describe.each(WRITERS)("crash windows: $name", (writer) => {
  test("every death of the process is recovered", async ({ task }) => {
    const report = await crashEveryCall(writer, { kind: "process" });
    countIn(task, report.windows);
    kinds.set(writer.name, [...report.kinds].sort());
    console.log(`${writer.name}: ${report.windows} windows, ${report.disks} disks recovered`);
    assert.ok(report.windows > 4, "the writer makes storage calls");
  }, 120_000);

  test("every loss of power is recovered", async ({ task }) => {
    const report = await crashEveryCall(writer, { kind: "power", statesMax: POWER_STATES_MAX });
    countIn(task, report.windows);
    console.log(
      `${writer.name}: ${report.windows} windows, ${report.disks} disks after power loss`,
    );
  }, 1_200_000);
});

describe("the calls at which writers are crashed", () => {
  afterAll(() => kinds.clear());

  test("are those of the golden list", async () => {
    const text = [...kinds].map(
      ([name, calls]) => `${name}\n${calls.map((c) => `  ${c}\n`).join("")}`,
    );
    await expect(text.join("\n")).toMatchFileSnapshot("golden/crash-windows.txt");
  });

  test("are of every verb that the store has", () => {
    const crashed = new Set([...kinds.values()].flat().map((kind) => kind.split(" ")[0]));
    for (const [verb, reason] of Object.entries(VERBS)) {
      assert.equal(crashed.has(verb), reason === "crashed", `${verb}: ${reason}`);
    }
  });
});

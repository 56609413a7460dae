/**
 * Goal: what `createRecord` says of a record is true, now and after a loss of power.
 * Method: each outcome by a planned fault; then every fault that can befall each storage call.
 * Invariants: `created` survives every loss of power; after `taken`, and after an error, the record is
 * not there and never will be; a lone writer is never told `taken`.
 */
import { type CommitRecord, formatRecordKey } from "@crv/core";
import {
  type Fault,
  fittingFaults,
  SimulatedCrash,
  SimulatedDisk,
  type StorageCall,
} from "@crv/storage-trait/testing";
import { describe, expect, test } from "vitest";
import { createRecord, decodeRecord, encodeRecord, raiseFloor } from "../src/index.js";
import { operationIdOf, operationOf, recordOf } from "./sample.js";

const KEY = formatRecordKey(1);
const mine = recordOf(1);
const theirs = recordOf(1, { operations: [operationOf(operationIdOf(77))] });
type Plan = (call: StorageCall) => Fault | undefined;

const create = (disk: SimulatedDisk, plan: Plan = () => undefined, record: CommitRecord = mine) =>
  createRecord(disk.process("p", { plan }), record, "full");

/** The operations of the record on disk. */
async function stored(disk: SimulatedDisk): Promise<readonly string[]> {
  const bytes = disk.objects().get(KEY);
  return bytes ? (await decodeRecord(1, bytes)).operations.map((o) => o.id) : [];
}

/** Fault `fault` at the first `times` links of a record. */
function atLinks(times: number, fault: Fault): Plan {
  let count = 0;
  return ({ step, key }) =>
    step === "link" && key === KEY && ++count <= times ? fault : undefined;
}

describe("createRecord", () => {
  test("creates the record, durably", async () => {
    const disk = new SimulatedDisk();
    expect(await create(disk)).toEqual({ kind: "created" });
    for (const state of disk.powerLossStates()) {
      expect(state.objects().get(KEY)).toEqual(await encodeRecord(mine));
    }
  });

  test("says that another has the number", async () => {
    const disk = new SimulatedDisk();
    await create(disk, undefined, theirs);
    expect(await create(disk)).toEqual({ kind: "taken" });
    expect(await stored(disk)).toEqual([operationIdOf(77)]);
  });

  test.each([
    ["landed", { kind: "unknown", lands: "now" }],
    ["will land", { kind: "unknown", lands: "late" }],
    ["never lands", { kind: "unknown", lands: "never" }],
  ] as const)("settles a lost reply where the record %s", async (_, fault) => {
    const disk = new SimulatedDisk();
    expect(await create(disk, atLinks(1, fault))).toEqual({ kind: "created" });
    expect(disk.deliverLate()).toEqual([]);
    for (const state of disk.powerLossStates()) {
      expect(state.objects().get(KEY)).toEqual(await encodeRecord(mine));
    }
  });

  test("settles a lost reply when the number is seen taken by another (rule settled)", async () => {
    const disk = new SimulatedDisk();
    disk.onStep = async ({ process, step, key }) => {
      const isRetry = step === "read" && key === KEY && process === "p";
      if (isRetry) await createRecord(disk.process("other"), theirs, "full");
    };
    expect(await create(disk, atLinks(1, { kind: "unknown", lands: "never" }))).toEqual({
      kind: "taken",
    });
  });

  test("does not call it taken while the number is free: the create may land late", async () => {
    const disk = new SimulatedDisk();
    const outcome = await create(disk, atLinks(9, { kind: "unknown", lands: "late" }));
    expect(outcome.kind).toBe("unknown");
    expect(await stored(disk)).toEqual([]);
    expect(disk.deliverLate()).toEqual([KEY]);
    expect(await stored(disk)).toEqual([operationIdOf(1)]);
  });

  test("throws when the store refused it at once", async () => {
    const disk = new SimulatedDisk();
    const full: Plan = ({ step }) =>
      step === "write" ? { kind: "error", errno: "ENOSPC", when: "before" } : undefined;
    await expect(create(disk, full)).rejects.toMatchObject({
      code: "IO",
      details: { errno: "ENOSPC" },
    });
    expect([disk.objects().size, disk.late]).toEqual([0, []]);
  });

  test("does not call it refused when an earlier attempt was not answered", async () => {
    const disk = new SimulatedDisk();
    const lost = atLinks(1, { kind: "unknown", lands: "late" });
    let writes = 0;
    const plan: Plan = (call) => {
      if (call.step === "write" && ++writes === 2)
        return { kind: "error", errno: "ENOSPC", when: "before" };
      return lost(call);
    };
    expect(await create(disk, plan)).toMatchObject({ kind: "unknown", cause: { code: "IO" } });
  });

  test("says that a number below the floor proves nothing", async () => {
    const disk = new SimulatedDisk();
    await raiseFloor(disk.process("cleanup"), 2);
    expect(await create(disk)).toEqual({ kind: "below-floor" });
    expect(await create(new SimulatedDisk())).toEqual({ kind: "created" });
  });

  test("is not sure when it cannot read the floor", async () => {
    const deaf: Plan = ({ step }) =>
      step === "list" ? { kind: "error", errno: "EIO", when: "before" } : undefined;
    expect(await create(new SimulatedDisk(), deaf)).toMatchObject({ kind: "unknown" });
  });

  test("writes nothing that no reader would accept", async () => {
    const disk = new SimulatedDisk();
    const operations = [{ ...operationOf(operationIdOf(1)), actor: "x".repeat(1000) }];
    await expect(create(disk, undefined, recordOf(1, { operations }))).rejects.toMatchObject({
      name: "IoWriteError",
      code: "WRITE_FAILED",
      details: { version: 1 },
    });
    expect(disk.objects().size).toBe(0);
  });

  test("tells the truth under every fault at every storage call", async () => {
    const calm = new SimulatedDisk();
    await create(calm);
    const bytes = await encodeRecord(mine);
    const seen: Record<string, number> = {};
    for (const [index, call] of calm.trace.entries()) {
      for (const fault of fittingFaults(call)) {
        const disk = new SimulatedDisk();
        const plan = [{ at: index + 1, fault }];
        const outcome = await createRecord(disk.process("p", { plan }), mine, "full").catch(
          (error: unknown) => ({
            kind: error instanceof SimulatedCrash ? ("crashed" as const) : ("refused" as const),
          }),
        );
        seen[outcome.kind] = (seen[outcome.kind] ?? 0) + 1;
        expect(["created", "unknown", "crashed", "refused"]).toContain(outcome.kind);
        if (outcome.kind === "refused")
          expect([disk.objects().get(KEY), disk.late]).toEqual([undefined, []]);
        if (outcome.kind !== "created") continue;
        for (const state of disk.powerLossStates()) expect(state.objects().get(KEY)).toEqual(bytes);
      }
    }
    expect(Object.keys(seen).sort()).toEqual(["crashed", "created", "refused", "unknown"]);
  });
});

/**
 * Goal: whatever a storage call does wrong, an operation is reported as what it is.
 *
 * Method: an append to two tables, with each fault that fits at each of its storage calls: errors
 * with and without effect, short and torn writes, answers that never come, requests that land late
 * or twice. Then its outcome is settled, late requests arrive, the run is recovered and checked.
 *
 * Invariants: a commit that was acknowledged is there; one that was refused never appears; `unknown`
 * resolves to one of the two and stays so (I1, I3); all else by `checkRun`.
 */
import assert from "node:assert/strict";
import { type CommitOutcome, CrvError, type OperationId, type OperationRef } from "@crv/core";
import { LEASE_MS } from "@crv/recovery";
import {
  type Fault,
  fittingFaults,
  formatStorageCall,
  SimulatedCrash,
  SimulatedDisk,
  type StorageCall,
} from "@crv/storage-trait/testing";
import { describe, test } from "vitest";
import { checkRun } from "./support/check-run.js";
import {
  type Append,
  commitRows,
  LEFT,
  type OpenedProcess,
  openProcess,
  RIGHT,
} from "./support/universe.js";

const OPERATION = "01ZZZZZZZZZZZZZZZZZZZZZZZZ" as OperationId;
const APPENDS: readonly Append[] = [
  { table: LEFT, values: [3, 14] },
  { table: RIGHT, values: [3, 14] },
];

type Told = "committed" | "refused" | "unknown" | "died";

/** A run of one commit, and a process that has it open; its next storage call is number `offset + 1`. */
async function openWriter(): Promise<{
  disk: SimulatedDisk;
  writer: OpenedProcess;
  plan: Planted;
}> {
  const disk = new SimulatedDisk();
  const first = await openProcess(disk, "first");
  await commitRows(first.storage, [
    { table: LEFT, values: [1] },
    { table: RIGHT, values: [1] },
  ]);
  await first.storage.close();
  first.store.process.kill();
  const plan: Planted = { at: 0, calls: [], fault: undefined };
  const writer = await openProcess(disk, "writer", {
    plan: (call) => {
      if (!plan.armed) return undefined;
      plan.calls.push(call);
      return plan.calls.length === plan.at ? plan.fault : undefined;
    },
  });
  return { disk, writer, plan };
}

interface Planted {
  /** Which call from the start of the operation suffers the fault. */
  at: number;
  fault: Fault | undefined;
  armed?: boolean;
  readonly calls: StorageCall[];
}

async function commitWith(
  writer: OpenedProcess,
  plan: Planted,
): Promise<{ told: Told; ref?: OperationRef }> {
  plan.armed = true;
  try {
    const outcome: CommitOutcome = await commitRows(writer.storage, APPENDS, OPERATION);
    if (outcome.kind === "committed") return { told: "committed" };
    if (writer.store.process.crashed) return { told: "died" };
    return outcome.kind === "unknown"
      ? { told: "unknown", ref: outcome.operation }
      : { told: "refused" };
  } catch (error) {
    if (error instanceof SimulatedCrash) return { told: "died" };
    assert.ok(error instanceof CrvError, `an error of the family, not ${String(error)}`);
    return { told: "refused" };
  } finally {
    plan.armed = false;
  }
}

async function countCalls(): Promise<readonly StorageCall[]> {
  const { writer, plan } = await openWriter();
  await commitWith(writer, plan);
  return plan.calls;
}

/** One fault; what was told, checked against what a fresh process finds after everything arrived. */
async function survive(at: number, fault: Fault, lateBeforeResolve: boolean): Promise<Told> {
  const { disk, writer, plan } = await openWriter();
  plan.at = at;
  plan.fault = fault;
  const { told, ref } = await commitWith(writer, plan);
  if (lateBeforeResolve) disk.deliverLate();
  let settled = told;
  if (ref) {
    const resolution = await writer.storage.resolve(ref);
    assert.ok(resolution.kind === "committed" || resolution.kind === "aborted", resolution.kind);
    settled = resolution.kind === "committed" ? "committed" : "refused";
  }
  disk.deliverLate();
  if (ref) {
    const again = await writer.storage.resolve(ref);
    assert.equal(again.kind, settled === "committed" ? "committed" : "aborted", "I3: stable");
  }
  writer.store.process.kill();
  disk.clock.advance(LEASE_MS);
  await checkRun(
    disk,
    {
      committed: settled === "committed" ? [OPERATION] : [],
      notCommitted: settled === "refused" ? [OPERATION] : [],
    },
    // A part that was created without an answer is written again under another name: the first one
    // is left to cleanup.
    { leftovers: fault.kind === "unknown" || fault.kind === "duplicate" || fault.kind === "error" },
  );
  return told;
}

describe("faults at every storage call", () => {
  test("are reported as what they are", async () => {
    const calls = await countCalls();
    const told = new Map<Told, number>();
    for (const [index, call] of calls.entries()) {
      for (const fault of fittingFaults(call)) {
        for (const late of "lands" in fault ? [true, false] : [false]) {
          try {
            const kind = await survive(index + 1, fault, late);
            told.set(kind, (told.get(kind) ?? 0) + 1);
          } catch (error) {
            throw new Error(
              `${formatStorageCall(call)} with ${JSON.stringify(fault)}, late ${late}`,
              {
                cause: error,
              },
            );
          }
        }
      }
    }
    console.log(`${calls.length} calls; told: ${JSON.stringify(Object.fromEntries(told))}`);
    assert.ok((told.get("unknown") ?? 0) > 0, "some outcomes are unknown");
    assert.ok((told.get("refused") ?? 0) > 0, "some are refused");
  }, 240_000);
});

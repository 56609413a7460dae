/**
 * Faults: an append to two tables, with one fault at one of its storage calls. Then its outcome is
 * settled, late requests arrive, the run is recovered and checked against what its caller was told.
 */
import assert from "node:assert/strict";
import { type CommitOutcome, CrvError, type OperationRef } from "@crv/core";
import { LEASE_MS } from "@crv/recovery";
import {
  type Fault,
  fittingFaults,
  formatStorageCall,
  SimulatedCrash,
  SimulatedDisk,
  type StorageCall,
} from "@crv/storage-trait/testing";
import { checkRun } from "./check-run.js";
import { windowOf } from "./storage-window.js";
import {
  type Append,
  commitRows,
  LEFT,
  type OpenedProcess,
  openProcess,
  RIGHT,
} from "./universe.js";
import { OPERATION } from "./writers.js";

const APPENDS: readonly Append[] = [
  { table: LEFT, values: [3, 14] },
  { table: RIGHT, values: [3, 14] },
];

export type ToldCaller = "committed" | "refused" | "unknown" | "died";

export interface FaultReport {
  readonly calls: number;
  /** How often the caller was told what. */
  readonly told: Readonly<Record<ToldCaller, number>>;
}

/** Every fault that fits, at every call of the append: once, and at every call of its kind since. */
export async function plantEveryFault(): Promise<FaultReport> {
  const { calls } = await attempt(undefined);
  const told = { committed: 0, refused: 0, unknown: 0, died: 0 };
  for (const planted of calls.flatMap((call, i) => faultsAt(call, i + 1))) {
    const { fault } = planted;
    for (const lateFirst of "lands" in fault && fault.lands === "late" ? [true, false] : [false]) {
      try {
        told[await survive(planted, lateFirst)]++;
      } catch (cause) {
        const call = formatStorageCall(calls[planted.at - 1] as StorageCall);
        throw new Error(`${call}: ${JSON.stringify({ ...planted, lateFirst })}`, { cause });
      }
    }
  }
  return { calls: calls.length, told };
}

interface Planted {
  /** The call that suffers it, counted from 1 at the start of the operation. */
  readonly at: number;
  readonly fault: Fault;
  /** Whether later calls of its kind suffer it too. */
  readonly again: boolean;
}

/** A writer that is dead tries nothing again, and a write that is always short never ends. */
const ONCE: readonly Fault["kind"][] = ["crash", "torn-write", "short-write"];

function faultsAt(call: StorageCall, at: number): readonly Planted[] {
  return fittingFaults(call).flatMap((fault) => [
    { at, fault, again: false },
    ...(ONCE.includes(fault.kind) ? [] : [{ at, fault, again: true }]),
  ]);
}

interface Attempt {
  readonly disk: SimulatedDisk;
  readonly writer: OpenedProcess;
  readonly calls: readonly StorageCall[];
  readonly told: ToldCaller;
  /** Of an operation whose outcome is unknown. */
  readonly ref?: OperationRef;
}

async function attempt(planted: Planted | undefined): Promise<Attempt> {
  const disk = await runOfOneCommit();
  const calls: StorageCall[] = [];
  let armed = false;
  const writer = await openProcess(disk, "writer", {
    plan: (call) => {
      if (!armed) return undefined;
      calls.push(call);
      const planned = planted && calls[planted.at - 1];
      if (planned === undefined) return undefined;
      const isAgain = planted?.again && windowOf(call) === windowOf(planned);
      return planned === call || isAgain ? planted?.fault : undefined;
    },
  });
  armed = true;
  const told = await commit(writer);
  armed = false;
  return { disk, writer, calls, ...told };
}

async function runOfOneCommit(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const { storage, store } = await openProcess(disk, "first");
  await commitRows(storage, [
    { table: LEFT, values: [1] },
    { table: RIGHT, values: [1] },
  ]);
  await storage.close();
  store.process.kill();
  return disk;
}

async function commit({ storage, store }: OpenedProcess): Promise<Pick<Attempt, "told" | "ref">> {
  let outcome: CommitOutcome;
  try {
    outcome = await commitRows(storage, APPENDS, OPERATION);
  } catch (error) {
    if (error instanceof SimulatedCrash) return { told: "died" };
    assert.ok(error instanceof CrvError, `an error of the family, not ${String(error)}`);
    return { told: "refused" };
  }
  if (outcome.kind === "committed") return { told: "committed" };
  if (store.process.crashed) return { told: "died" };
  if (outcome.kind === "unknown") return { told: "unknown", ref: outcome.operation };
  return { told: "refused" };
}

/** One fault; what was told, checked against what a fresh process finds after everything arrived. */
async function survive(planted: Planted, lateFirst: boolean): Promise<ToldCaller> {
  const { disk, writer, told, ref } = await attempt(planted);
  if (lateFirst) disk.deliverLate();
  const settled = ref ? await resolve(writer, ref) : told;
  disk.deliverLate();
  if (ref) assert.equal(await resolve(writer, ref), settled, "I3: a resolution is stable");
  writer.store.process.kill();
  disk.clock.advance(LEASE_MS);
  await checkRun(
    disk,
    {
      committed: settled === "committed" ? [OPERATION] : [],
      notCommitted: settled === "refused" ? [OPERATION] : [],
    },
    { leftovers: LEAVES_PARTS.includes(planted.fault.kind) },
  );
  return told;
}

/** A part whose create was not answered is written again under another name: the first is left. */
const LEAVES_PARTS: readonly Fault["kind"][] = ["unknown", "duplicate", "error"];

async function resolve({ storage }: OpenedProcess, ref: OperationRef): Promise<ToldCaller> {
  const { kind } = await storage.resolve(ref);
  assert.ok(kind === "committed" || kind === "aborted", `resolved as ${kind}`);
  return kind === "committed" ? "committed" : "refused";
}

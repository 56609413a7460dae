/**
 * Goal: a crash at any storage call of a writer loses nothing acknowledged and leaves nothing half
 * visible; so does a crash at any call of the recovery that follows.
 *
 * Method: each writer runs on the simulated disk with a crash before every storage call, then after
 * the last; the disk is then what processes saw (the process died) and every state that a loss of
 * power can leave. Each is recovered, also with a second crash at every call of the recovery.
 *
 * Invariants: I1-I5, I7, I8, I16 by `checkRun`; atomicity (I2) by the values of both tables.
 */
import assert from "node:assert/strict";
import type { OperationId } from "@crv/core";
import { LEASE_MS } from "@crv/recovery";
import { SimulatedCrash, SimulatedDisk, seededRandom } from "@crv/storage-trait/testing";
import { describe, test } from "vitest";
import { checkRun } from "./support/check-run.js";
import {
  type Append,
  commitRows,
  LEFT,
  openProcess,
  RIGHT,
  readValues,
} from "./support/universe.js";

/** States of one loss of power that are recovered; the extremes and a sample beyond. */
const POWER_STATES_MAX = 12;

const BEFORE: readonly Append[] = [
  { table: LEFT, values: [1, 2] },
  { table: RIGHT, values: [1, 2] },
];
const OPERATION = "01ZZZZZZZZZZZZZZZZZZZZZZZZ" as OperationId;

interface Writer {
  readonly name: string;
  readonly appends: readonly Append[];
}

const WRITERS: readonly Writer[] = [
  { name: "append to one table", appends: [{ table: LEFT, values: [3, 14] }] },
  {
    name: "append to two tables",
    appends: [
      { table: LEFT, values: [3, 14] },
      { table: RIGHT, values: [3, 14] },
    ],
  },
  {
    name: "overwrite of one table, append to another",
    appends: [
      { table: LEFT, values: [3], overwrite: true },
      { table: RIGHT, values: [3, 14] },
    ],
  },
];

/** A run of one commit, closed. */
async function runWithOneCommit(): Promise<{ readonly disk: SimulatedDisk }> {
  const disk = new SimulatedDisk();
  const { storage } = await openProcess(disk, "first");
  const outcome = await commitRows(storage, BEFORE);
  assert.equal(outcome.kind, "committed");
  await storage.close();
  return { disk };
}

/** Runs the writer with a crash before call `at`; what it was told, and how many calls it made. */
async function crashWriter(disk: SimulatedDisk, writer: Writer, at: number) {
  let calls = 0;
  let committed = false;
  const opened = await openProcess(disk, "writer");
  const start = opened.store.process.callCount;
  disk.onStep = (call) => {
    if (call.process !== "writer") return;
    calls = call.number - start;
    if (calls === at) opened.store.process.kill();
  };
  try {
    const outcome = await commitRows(opened.storage, writer.appends, OPERATION);
    committed = outcome.kind === "committed";
    await opened.storage.close();
  } catch (error) {
    if (!(error instanceof SimulatedCrash)) throw error;
  }
  disk.onStep = undefined;
  opened.store.process.kill();
  return { committed, died: calls >= at };
}

/** I2: the operation is in both tables or in neither, in each as a whole. */
async function checkAtomic(disk: SimulatedDisk, writer: Writer): Promise<void> {
  const { storage } = await openProcess(disk, "reader");
  const seen = await Promise.all(
    writer.appends.map(async ({ table, values, overwrite }) => {
      const found = (await readValues(storage, table.name, 2).catch(() => undefined)) ?? [];
      const all = overwrite ? values : [1, 2, ...values];
      const hasNew = values.every((v) => found.includes(v));
      if (hasNew) assert.deepEqual([...found].sort(), [...all].sort(), `I2: rows of ${table.name}`);
      else
        assert.ok(!values.some((v) => found.includes(v)), `I2: half of ${table.name} is visible`);
      return hasNew;
    }),
  );
  assert.equal(new Set(seen).size, 1, "I2: one table shows the commit, another does not");
}

/** Every disk that may be found after the crash: the process died, or the power went. */
function* aftermaths(disk: SimulatedDisk, seed: number) {
  yield { disk, leftovers: false };
  // Whose machine went down cannot be told from another one: its leases must run out.
  disk.clock.advance(LEASE_MS);
  const random = seededRandom(seed);
  for (const state of disk.powerLossStates({ max: POWER_STATES_MAX, random })) {
    yield { disk: state, leftovers: true };
  }
}

/** The disk after a crash, made anew: as processes saw it, or after a loss of power that kept least. */
async function crashedDisk(writer: Writer, at: number, power: boolean) {
  const { disk } = await runWithOneCommit();
  const told = await crashWriter(disk, writer, at);
  if (!power) return { found: disk, told };
  disk.clock.advance(LEASE_MS);
  const [least] = disk.powerLossStates({ max: 2, random: seededRandom(at) });
  return { found: least as SimulatedDisk, told };
}

describe.each(WRITERS)("crash windows: $name", (writer) => {
  test("every crash of the writer is recovered", async () => {
    let windows = 0;
    let states = 0;
    for (let at = 1; ; at++) {
      const { disk } = await runWithOneCommit();
      const { committed, died } = await crashWriter(disk, writer, at);
      for (const found of aftermaths(disk, at)) {
        states++;
        const told = { committed: committed ? [OPERATION] : [], notCommitted: [] };
        await checkRun(found.disk, told, found);
        await checkAtomic(found.disk, writer);
      }
      if (!died) break;
      windows++;
    }
    console.log(`${writer.name}: ${windows} crash windows, ${states} disks recovered`);
    assert.ok(windows > 15, "the writer makes storage calls");
  }, 120_000);

  test.each([false, true])(
    "every crash of the recovery is recovered (power loss: %s)",
    async (power) => {
      let points = 0;
      for (let at = 1; ; at++) {
        const { told } = await crashedDisk(writer, at, power);
        for (let second = 1; ; second++) {
          const { found } = await crashedDisk(writer, at, power);
          const finished = await crashRecovery(found, second);
          const all = { committed: told.committed ? [OPERATION] : [], notCommitted: [] };
          await checkRun(found, all, { leftovers: power });
          await checkAtomic(found, writer);
          if (finished) break;
          points++;
        }
        if (!told.died) break;
      }
      console.log(`${writer.name}, power loss ${power}: ${points} crash points of recovery`);
      assert.ok(points > 100, "recovery makes storage calls");
    },
    300_000,
  );
});

/** Opens the run with a crash before call `at`; true when it opened before that. */
async function crashRecovery(disk: SimulatedDisk, at: number): Promise<boolean> {
  try {
    const { store } = await openProcess(disk, "recoverer that dies", { crashAt: at });
    store.process.kill();
    return true;
  } catch (error) {
    if (error instanceof SimulatedCrash) return false;
    throw error;
  }
}

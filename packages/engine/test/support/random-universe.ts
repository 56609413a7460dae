/**
 * One random universe: writers, processes that open the run to recover it, and readers share a disk
 * under a seeded scheduler. Processes die, stall past their lease, calls fail, answers get lost,
 * requests land late. In the end everything is recovered and checked.
 */
import assert from "node:assert/strict";
import { type CommitOutcome, CrvError, type OperationId, type OperationRef } from "@crv/core";
import { LEASE_MS } from "@crv/recovery";
import {
  randomFaults,
  type SeededRandom,
  SimulatedClock,
  SimulatedCrash,
  SimulatedDisk,
  seededRandom,
} from "@crv/storage-trait/testing";
import { checkRun } from "./check-run.js";
import { Scheduler } from "./scheduler.js";
import { type Append, commitRows, LEFT, openProcess, RIGHT, readValues } from "./universe.js";

export interface UniverseOptions {
  readonly seed: number;
  readonly writers: number;
  /** Operations that each writer tries. */
  readonly operations: number;
  /** Of a fault at any storage call. */
  readonly faultProbability: number;
}

export interface UniverseReport {
  readonly committed: number;
  readonly refused: number;
  readonly unknown: number;
  readonly died: number;
  readonly steps: number;
}

interface Ledger {
  readonly committed: OperationId[];
  readonly refused: OperationId[];
  readonly unknown: OperationRef[];
  died: number;
}

/** @throws AssertionError with the seed, when an invariant does not hold. */
export async function runUniverse(options: UniverseOptions): Promise<UniverseReport> {
  const random = seededRandom(options.seed);
  const disk = new SimulatedDisk({ clock: new SimulatedClock({ autoAdvance: true }) });
  const scheduler = new Scheduler((calls) => {
    moveWorld(disk, random);
    return Math.floor(random.fraction() * calls.length);
  });
  scheduler.attach(disk);
  const told: Ledger = { committed: [], refused: [], unknown: [], died: 0 };
  const tasks = [
    ...Array.from({ length: options.writers }, (_, i) => writer(disk, i, options, random, told)),
    recoverer(disk, options, random),
    reader(disk, options, random),
  ];
  await scheduler.run(tasks);
  disk.onStep = undefined;
  for (const task of tasks) await task;
  for (const process of disk.processes) process.kill();
  disk.clock.advance(LEASE_MS);
  await settleUnknown(disk, told);
  disk.deliverLate();
  disk.clock.advance(LEASE_MS);
  await checkRun(
    disk,
    { committed: told.committed, notCommitted: told.refused },
    { leftovers: options.faultProbability > 0 },
  );
  return {
    committed: told.committed.length,
    refused: told.refused.length,
    unknown: told.unknown.length,
    died: told.died,
    steps: scheduler.schedule.length,
  };
}

/** Between two steps: late requests arrive, time passes, now and then more than a lease. */
function moveWorld(disk: SimulatedDisk, random: SeededRandom): void {
  if (random.fraction() < 0.01) disk.deliverLate(() => random.fraction() < 0.5);
  const luck = random.fraction();
  if (luck < 0.002) disk.clock.advance(LEASE_MS + 1);
  else if (luck < 0.1) disk.clock.advance(1);
}

async function writer(
  disk: SimulatedDisk,
  index: number,
  { operations, faultProbability }: UniverseOptions,
  random: SeededRandom,
  told: Ledger,
): Promise<void> {
  let operation = 0;
  for (let life = 0; operation < operations && life < 4; life++) {
    try {
      const plan = randomFaults({
        random,
        probability: faultProbability,
        kinds: ["error", "unknown", "duplicate", "short-write", "crash", "torn-write"],
      });
      const { storage } = await openProcess(disk, `writer ${index}`, { plan });
      for (; operation < operations; operation++) {
        const id = operationId(index, operation);
        await attempt(storage, id, chooseAppends(random, index * 1000 + operation), told);
      }
      await storage.close();
    } catch (error) {
      if (error instanceof SimulatedCrash) told.died++;
      else checkFamily(error);
      // What it was at when it died is never tried again under its id.
      operation++;
    }
  }
}

async function attempt(
  storage: Parameters<typeof commitRows>[0],
  id: OperationId,
  appends: readonly Append[],
  told: Ledger,
): Promise<void> {
  let outcome: CommitOutcome;
  try {
    outcome = await commitRows(storage, appends, id);
  } catch (error) {
    if (error instanceof SimulatedCrash) throw error;
    checkFamily(error);
    told.refused.push(id);
    return;
  }
  if (outcome.kind === "committed") told.committed.push(id);
  else if (outcome.kind === "unknown") told.unknown.push(outcome.operation);
  else told.refused.push(id);
}

function chooseAppends(random: SeededRandom, value: number): readonly Append[] {
  const appends: Append[] = [
    { table: LEFT, values: [value] },
    { table: RIGHT, values: [value] },
  ];
  const luck = random.fraction();
  if (luck < 0.4) return appends;
  const one = appends[luck < 0.7 ? 0 : 1] as Append;
  return [luck < 0.85 ? one : { ...one, overwrite: true }];
}

async function recoverer(disk: SimulatedDisk, options: UniverseOptions, random: SeededRandom) {
  for (let life = 0; life < 3; life++) {
    try {
      const plan = randomFaults({ random, probability: options.faultProbability });
      const { storage } = await openProcess(disk, "recoverer", { plan });
      await storage.close();
    } catch (error) {
      checkFamily(error);
    }
  }
}

/** Snapshots are whole: no part that one names is missing, and versions only rise. */
async function reader(disk: SimulatedDisk, _options: UniverseOptions, _random: SeededRandom) {
  const { storage } = await openProcess(disk, "reader");
  let newest = 0;
  for (let i = 0; i < 5; i++) {
    await using snapshot = await storage.snapshot();
    assert.ok(snapshot.version >= newest, "a later snapshot is not older");
    newest = snapshot.version;
    for (const table of snapshot.tables()) await readValues(storage, table, snapshot.version);
  }
}

/** A process that comes later settles what callers were not told. */
async function settleUnknown(disk: SimulatedDisk, told: Ledger): Promise<void> {
  const { storage } = await openProcess(disk, "resolver");
  for (const ref of told.unknown) {
    const resolution = await storage.resolve(ref);
    assert.ok(resolution.kind === "committed" || resolution.kind === "aborted", resolution.kind);
    (resolution.kind === "committed" ? told.committed : told.refused).push(ref.operationId);
  }
}

function checkFamily(error: unknown): void {
  if (error instanceof SimulatedCrash) return;
  if (!(error instanceof CrvError)) throw error;
}

function operationId(writerIndex: number, operation: number): OperationId {
  const digits = `${String(writerIndex).padStart(4, "0")}${String(operation).padStart(18, "0")}`;
  return `01ZZ${digits}` as OperationId;
}

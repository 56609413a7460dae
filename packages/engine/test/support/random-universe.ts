/**
 * One random universe: writers with several commits in flight, processes that open the run to recover
 * it, and readers share a disk under a seeded scheduler. Processes die, stand still past their lease
 * and go on, calls fail, answers get lost, requests land late. In the end everything is recovered and
 * checked.
 */
import assert from "node:assert/strict";
import {
  type CommitOutcome,
  type CommitRecord,
  IoError,
  MAIN_BRANCH,
  type OperationId,
  type Version,
} from "@crv/core";
import { readFloor } from "@crv/manifest";
import { LEASE_MS } from "@crv/recovery";
import type { SnapshotHandle, StagedStorage } from "@crv/storage-trait";
import {
  type FaultPlan,
  randomFaults,
  type SeededRandom,
  SimulatedClock,
  SimulatedCrash,
  SimulatedDisk,
  type StorageCall,
  seededRandom,
} from "@crv/storage-trait/testing";
import type { SeenArtifacts } from "./artifact-oracle.js";
import { checkRun } from "./check-run.js";
import { compileDigests } from "./compile-digests.js";
import { Journal } from "./journal.js";
import { LogWitness } from "./log-witness.js";
import { chooseRange } from "./random-steps.js";
import { randomTransactions } from "./random-transactions.js";
import { RandomWorld } from "./random-world.js";
import type { SeenRows } from "./row-oracle.js";
import { Scheduler } from "./scheduler.js";
import { isRefusal, ToldOperations } from "./told.js";
import { type OpenedProcess, openProcess, readRows } from "./universe.js";

export interface UniverseOptions {
  readonly seed: number;
  readonly writers: number;
  /** Operations that each writer tries. */
  readonly operations: number;
  /** Of a fault at any storage call. */
  readonly faultProbability: number;
  /** Of a process standing still for longer than its lease, at any storage call. */
  readonly stopProbability: number;
}

export interface UniverseReport {
  readonly committed: number;
  readonly refused: number;
  readonly unknown: number;
  readonly died: number;
  /** Processes that stood still past their lease, and operations that found themselves fenced. */
  readonly stops: number;
  readonly fenced: number;
  /** Operations that share a record with another. */
  readonly grouped: number;
  /** Storage calls. */
  readonly calls: number;
}

/** One operation of a writer. */
export interface RandomOperation {
  readonly id: OperationId;
  readonly writer: number;
  readonly number: number;
}

/** Tries one operation in an open process. Returns what its caller is told, or throws it. */
export type AttemptOperation = (
  opened: OpenedProcess,
  operation: RandomOperation,
  random: SeededRandom,
) => Promise<CommitOutcome>;

/** What the writers of one universe try, and what must come of it. */
export interface Workload {
  readonly attempt: AttemptOperation;
  /** Is told of all rows that a reader saw. */
  see?(seen: SeenRows): void;
  /** Looks at the artifacts of a reader's snapshot. */
  look?(storage: StagedStorage, snapshot: SnapshotHandle, random: SeededRandom): Promise<void>;
  /** Is told of the artifacts that are there in the end. */
  seeArtifacts?(seen: SeenArtifacts): void;
  /** @param records The whole log, the trimmed records too. */
  check?(records: readonly CommitRecord[]): void;
}

/** A universe in which an invariant does not hold: `options` replay it. */
export class UniverseFailure extends Error {
  override readonly name = "UniverseFailure";
  readonly options: UniverseOptions;
  readonly journal: Journal;

  constructor(options: UniverseOptions, journal: Journal, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`${why}\n${journal.lines(40).join("\n")}\nreplay: ${replayOf(options)}`, { cause });
    this.options = options;
    this.journal = journal;
  }
}

/** Operations of one process that may be in flight at once: they share records. */
const IN_FLIGHT_MAX = 3;
/** How often a writer that died is started again. */
const LIVES_MAX = 6;
const RECOVERIES = 4;
const READS = 6;
/** Of a reader looking at a version that is not the newest. */
const OLD_PROBABILITY = 0.3;
/**
 * In every other universe: so few that runs are opened at a checkpoint, amid records, and while another
 * writes one. In the others only trimming leaves any.
 */
const CHECKPOINT_RECORDS = 2;
/** Of a process that recovers the run trimming its log as well. */
const TRIM_PROBABILITY = 0.5;

const FAULTS = ["error", "unknown", "duplicate", "short-write", "crash", "torn-write"] as const;

interface Universe {
  readonly options: UniverseOptions;
  readonly disk: SimulatedDisk;
  readonly random: SeededRandom;
  readonly journal: Journal;
  readonly told: ToldOperations;
  readonly workload: Workload;
  readonly witness: LogWitness;
}

export interface Outcome {
  readonly report: UniverseReport;
  readonly journal: Journal;
  /** The run afterwards, recovered. */
  readonly disk: SimulatedDisk;
}

/** @throws UniverseFailure when an invariant does not hold. */
export async function runUniverse(
  options: UniverseOptions,
  workload: Workload = randomTransactions(),
): Promise<Outcome> {
  await compileDigests();
  const random = seededRandom(options.seed);
  const disk = new SimulatedDisk({ clock: new SimulatedClock({ autoAdvance: true }) });
  const journal = new Journal();
  const told = new ToldOperations();
  const witness = new LogWitness(disk);
  try {
    const report = await play({ options, disk, random, journal, told, workload, witness });
    return { report, journal, disk };
  } catch (cause) {
    throw new UniverseFailure(options, journal, cause);
  }
}

async function play(universe: Universe): Promise<UniverseReport> {
  const { options, disk, random, journal, told, workload, witness } = universe;
  const world = new RandomWorld(disk, random, options.stopProbability, journal);
  const scheduler = new Scheduler((calls) => {
    const index = world.choose(calls);
    witness.before(calls[index] as StorageCall);
    return index;
  });
  scheduler.attach(disk);
  const tasks = [
    ...Array.from({ length: options.writers }, (_, index) => write(universe, index)),
    recover(universe),
    read(universe),
  ];
  await scheduler.run(tasks);
  disk.onStep = undefined;
  for (const task of tasks) await task;
  const unknown = told.unknown.length;
  await settleUnknown(universe);
  const checked = await checkRun(disk, told, { leftovers: options.faultProbability > 0 });
  const { version } = checked;
  workload.seeArtifacts?.({ version, read: checked.artifacts });
  for (const [table, rows] of checked.rows) workload.see?.({ version, table, rows });
  // The one after these is the write with which the check ends.
  const records = (await witness.records()).slice(0, version);
  workload.check?.(records);
  return {
    committed: told.committed.length,
    refused: told.notCommitted.length,
    unknown,
    died: told.died,
    stops: world.stops,
    fenced: told.refusals.get("Fenced") ?? 0,
    grouped: countGrouped(records),
    calls: journal.callCount,
  };
}

async function write({ options, disk, random, journal, told, workload }: Universe, writer: number) {
  let next = 0;
  const plan = faultsOf(options, random, journal);
  const cadence = options.seed % 2 === 0 ? { checkpointRecordsMin: CHECKPOINT_RECORDS } : {};
  for (let life = 0; next < options.operations && life < LIVES_MAX; life++) {
    try {
      const opened = await openProcess(disk, `writer ${writer}`, { plan, ...cadence });
      while (next < options.operations) {
        const count = Math.min(1 + random.integer(IN_FLIGHT_MAX), options.operations - next);
        // What is under way when a process dies is never tried again under its id.
        next += count;
        await allSettled(
          Array.from({ length: count }, (_, i) => {
            const number = next - count + i;
            return attemptAndTell(opened, { id: operationId(writer, number), writer, number });
          }),
        );
      }
      await opened.storage.close();
    } catch (error) {
      if (error instanceof SimulatedCrash) told.died++;
      else checkFamily(error);
    }
  }

  async function attemptAndTell(opened: OpenedProcess, operation: RandomOperation): Promise<void> {
    try {
      told.outcome(operation.id, await workload.attempt(opened, operation, random));
    } catch (error) {
      told.failure(operation.id, error);
    }
  }
}

/** Waits for all, then fails as the first that failed. */
async function allSettled(tasks: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) {
    if (result.status === "rejected") throw result.reason;
  }
}

/** Processes that open the run and close it: each recovers what it finds, and some trim the log. */
async function recover({ options, disk, random, journal }: Universe): Promise<void> {
  const plan = faultsOf(options, random, journal);
  for (let life = 0; life < RECOVERIES; life++) {
    try {
      const { storage } = await openProcess(disk, "recoverer", { plan });
      if (random.fraction() < TRIM_PROBABILITY) await storage.trimLog(3 + random.integer(6));
      await storage.close();
    } catch (error) {
      checkFamily(error);
    }
  }
}

/** I6: snapshots are whole, no part that one names is missing, and versions only rise. */
async function read({ disk, random, workload }: Universe): Promise<void> {
  const { storage } = await openProcess(disk, "reader");
  let newest = 0;
  for (let i = 0; i < READS; i++) {
    await using snapshot = await storage.snapshot();
    const { version } = snapshot;
    assert.ok(version >= newest, "I6: a later snapshot is not older");
    newest = version;
    await readTables(storage, snapshot);
    if (random.fraction() < OLD_PROBABILITY) await readOld(1 + random.integer(version));
  }

  async function readTables(from: StagedStorage, snapshot: SnapshotHandle): Promise<void> {
    const { version } = snapshot;
    for (const table of snapshot.tables()) {
      const where = random.fraction() < 0.5 ? chooseRange(random) : undefined;
      const rows = await readRows(from.scan(snapshot, { table, ...where }));
      workload.see?.({ version, table, rows, ...(where && { where }) });
    }
    await workload.look?.(from, snapshot, random);
  }

  /** Version 0 is none, and one below the floor is gone. */
  async function readOld(version: Version): Promise<void> {
    if (version > newest) return;
    try {
      await using snapshot = await storage.snapshot({ branch: MAIN_BRANCH, version });
      assert.equal(snapshot.version, version);
      await readTables(storage, snapshot);
    } catch (error) {
      if (!(error instanceof IoError && error.code === "NOT_FOUND")) throw error;
      assert.ok((await readFloor(disk.process("floor reader"))) > version, error.message);
    }
  }
}

function faultsOf(
  { faultProbability }: UniverseOptions,
  random: SeededRandom,
  journal: Journal,
): FaultPlan {
  const plan = randomFaults({ random, probability: faultProbability, kinds: FAULTS });
  return (call) => {
    const fault = typeof plan === "function" ? plan(call) : undefined;
    if (fault) journal.fault(call, fault);
    return fault;
  };
}

/** When all are dead, a process that comes later settles what callers were not told. */
async function settleUnknown({ disk, told }: Universe): Promise<void> {
  for (const process of disk.processes) process.kill();
  disk.clock.advance(LEASE_MS);
  if (told.unknown.length > 0) {
    const { storage } = await openProcess(disk, "resolver");
    for (const ref of told.unknown) {
      const { kind } = await storage.resolve(ref);
      assert.ok(kind === "committed" || kind === "aborted", `I3: resolved as ${kind}`);
      told.resolved(ref.operationId, kind === "committed");
    }
  }
  disk.deliverLate();
  disk.clock.advance(LEASE_MS);
}

/** Operations in records of several. */
function countGrouped(records: readonly CommitRecord[]): number {
  const shared = records.filter(({ operations }) => operations.length > 1);
  return shared.reduce((sum, { operations }) => sum + operations.length, 0);
}

/** The command that plays the same schedule again. */
export function replayOf(options: UniverseOptions): string {
  const { seed, writers, operations, faultProbability, stopProbability } = options;
  const shape = `--writers ${writers} --operations ${operations}`;
  const chance = `--faults ${faultProbability} --stops ${stopProbability}`;
  return `npm run simulate -- --seed ${seed} --universes 1 ${shape} ${chance} --schedule`;
}

function checkFamily(error: unknown): void {
  if (error instanceof SimulatedCrash || isRefusal(error)) return;
  throw error;
}

function operationId(writer: number, operation: number): OperationId {
  const digits = `${String(writer).padStart(4, "0")}${String(operation).padStart(18, "0")}`;
  return `01ZZ${digits}` as OperationId;
}

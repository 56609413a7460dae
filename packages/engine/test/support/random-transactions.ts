/** Random transactions in a random universe: tried, brought twice, and held against the oracles. */
import assert from "node:assert/strict";
import { type CommitOutcome, CrvError, type OperationId, type Version } from "@crv/core";
import type { StagedOperation, StagedStorage } from "@crv/storage-trait";
import { type SeededRandom, SimulatedCrash } from "@crv/storage-trait/testing";
import { ArtifactOracle } from "./artifact-oracle.js";
import { chooseTransaction, type RandomTransaction } from "./random-steps.js";
import type { AttemptOperation, Workload } from "./random-universe.js";
import { RowOracle } from "./row-oracle.js";
import { predicateOf, type RowStep } from "./row-steps.js";
import { isRefusal } from "./told.js";
import { batchOfRows, only, readRows, valueRow } from "./universe.js";
import { seeArtifacts, takeArtifactSteps } from "./write-random-artifacts.js";

/** Of an operation that committed being brought again under its id. */
const AGAIN_PROBABILITY = 0.05;
/** Of a writer trimming the log before an operation, with others of its own under way. */
const TRIM_PROBABILITY = 0.02;

/** What transactions are held against. */
class Oracles {
  readonly rows = new RowOracle();
  readonly artifacts = new ArtifactOracle();

  tell(id: OperationId, outcome: CommitOutcome): void {
    this.artifacts.tell(id, outcome);
    const isOfArtifact = outcome.kind === "conflict" && outcome.conflict.kind === "ArtifactChanged";
    if (!isOfArtifact) this.rows.tell(id, outcome);
  }
}

export function randomTransactions(): Workload {
  const oracles = new Oracles();
  const attempt: AttemptOperation = async ({ storage }, { id, writer, number }, random) => {
    const transaction = chooseTransaction(random, writer * 1000 + number * 10);
    if (random.fraction() < TRIM_PROBABILITY) await trim(storage, random);
    const outcome = await transact(oracles, storage, transaction, id);
    oracles.tell(id, outcome);
    if (outcome.kind === "committed" && random.fraction() < AGAIN_PROBABILITY) {
      await bringAgain(storage, transaction, id, outcome.version);
    }
    return outcome;
  };
  return {
    attempt,
    see: (seen) => oracles.rows.see(seen),
    look: (...at) => seeArtifacts(oracles.artifacts, ...at),
    seeArtifacts: (seen) => oracles.artifacts.see(seen),
    check(records) {
      oracles.rows.check(records);
      oracles.artifacts.check(records);
    },
  };
}

async function trim(storage: StagedStorage, random: SeededRandom): Promise<void> {
  try {
    await storage.trimLog(3 + random.integer(6));
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

async function transact(
  oracles: Oracles,
  storage: StagedStorage,
  { mode, steps, artifacts, artifactsFirst }: RandomTransaction,
  operationId: OperationId,
): Promise<CommitOutcome> {
  await using base = await storage.snapshot();
  await using operation = await storage.begin({ base, mode, actor: "tester", operationId });
  const { version } = base;
  const missing = [...new Set(steps.map(({ table }) => table))].filter(
    (table) => base.descriptor(table.name) === undefined,
  );
  const created = missing.map((table): RowStep => ({ kind: "create", table }));
  const all = [...created, ...steps];
  // Meant before anything is staged: whatever becomes of this call, it may land.
  oracles.rows.mean({ id: operationId, mode, steps: all, base: version });
  oracles.artifacts.mean({ id: operationId, steps: artifacts, base: version });
  const takeArtifacts = () =>
    takeArtifactSteps(oracles.artifacts, storage, operation, artifacts, version);
  if (artifactsFirst) await takeArtifacts();
  await takeRowSteps(oracles.rows, operation, all, version);
  if (!artifactsFirst) await takeArtifacts();
  return operation.commit();
}

async function takeRowSteps(
  oracle: RowOracle,
  operation: StagedOperation,
  steps: readonly RowStep[],
  version: Version,
): Promise<void> {
  for (const [i, step] of steps.entries()) {
    if (step.kind !== "read") {
      await stage(operation, step);
      continue;
    }
    const { name: table } = step.table;
    const rows = await readRows(operation.scan({ table }));
    const staged = steps.slice(0, i).filter(({ kind }) => kind !== "read");
    oracle.see({ version, table, rows, staged });
  }
}

async function stage(operation: StagedOperation, step: RowStep): Promise<void> {
  const { table } = step;
  const { name } = table;
  switch (step.kind) {
    case "create":
      await operation.stageSchema(name, { kind: "create", descriptor: table });
      return;
    case "append":
      await operation.stageAppend(name, only(batchOfRows(table, step.rows)));
      return;
    case "overwrite":
      await operation.stageOverwrite(name, only(batchOfRows(table, step.rows)));
      return;
    case "merge":
      await operation.stageMerge(name, only(batchOfRows(table, step.rows)));
      return;
    case "delete":
      await operation.stageDelete(name, predicateOf(step.where));
      return;
    case "update":
      await operation.stageUpdate(name, predicateOf(step.where), valueRow(table, step.value));
  }
}

/** I5: an id that committed is that commit when it is brought again; a failure changes nothing. */
async function bringAgain(
  storage: StagedStorage,
  transaction: RandomTransaction,
  id: OperationId,
  version: Version,
): Promise<void> {
  let again: CommitOutcome;
  try {
    // Its reads stand on what it staged, which is nothing now: no oracle may hear of them.
    again = await transact(new Oracles(), storage, transaction, id);
  } catch (error) {
    if (error instanceof CrvError || error instanceof SimulatedCrash) return;
    throw error;
  }
  assert.ok(again.kind === "committed", `I5: ${id} committed and is then ${again.kind}`);
  assert.deepEqual(
    { version: again.version, duplicate: again.duplicate },
    { version, duplicate: true },
    `I5: ${id} committed and is then another commit`,
  );
}

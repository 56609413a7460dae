/** Random transactions in a random universe: tried, brought twice, and held against the oracle. */
import assert from "node:assert/strict";
import { type CommitOutcome, CrvError, type OperationId, type Version } from "@crv/core";
import type { StagedOperation, StagedStorage } from "@crv/storage-trait";
import { type SeededRandom, SimulatedCrash } from "@crv/storage-trait/testing";
import { chooseTransaction, type RandomTransaction } from "./random-steps.js";
import type { AttemptOperation, Workload } from "./random-universe.js";
import { RowOracle } from "./row-oracle.js";
import { predicateOf, type RowStep } from "./row-steps.js";
import { isRefusal } from "./told.js";
import { batchOfRows, only, readRows, valueRow } from "./universe.js";

/** Of an operation that committed being brought again under its id. */
const AGAIN_PROBABILITY = 0.05;
/** Of a writer trimming the log before an operation, with others of its own under way. */
const TRIM_PROBABILITY = 0.02;

export function randomRows(): Workload {
  const oracle = new RowOracle();
  const attempt: AttemptOperation = async ({ storage }, { id, writer, number }, random) => {
    const transaction = chooseTransaction(random, writer * 1000 + number * 10);
    if (random.fraction() < TRIM_PROBABILITY) await trim(storage, random);
    const outcome = await transact(oracle, storage, transaction, id);
    oracle.tell(id, outcome);
    if (outcome.kind === "committed" && random.fraction() < AGAIN_PROBABILITY) {
      await bringAgain(storage, transaction, id, outcome.version);
    }
    return outcome;
  };
  return {
    attempt,
    see: (seen) => oracle.see(seen),
    check: (records) => oracle.check(records),
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
  oracle: RowOracle,
  storage: StagedStorage,
  { mode, steps }: RandomTransaction,
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
  oracle.mean({ id: operationId, mode, steps: all, base: version });
  for (const [i, step] of all.entries()) {
    if (step.kind !== "read") {
      await stage(operation, step);
      continue;
    }
    const { name: table } = step.table;
    const rows = await readRows(operation.scan({ table }));
    const staged = all.slice(0, i).filter(({ kind }) => kind !== "read");
    oracle.see({ version, table, rows, staged });
  }
  return operation.commit();
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
    again = await transact(new RowOracle(), storage, transaction, id);
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

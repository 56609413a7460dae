/** Random operations on two tables: appends, overwrites, transactions that read, ids brought twice. */
import assert from "node:assert/strict";
import { type CommitOutcome, CrvError, type OperationId, type Version } from "@crv/core";
import type { StagedStorage } from "@crv/storage-trait";
import { type SeededRandom, SimulatedCrash } from "@crv/storage-trait/testing";
import type { AttemptOperation } from "./random-universe.js";
import { type Append, type CommitOptions, commitRows, LEFT, RIGHT } from "./universe.js";

interface RowsOperation {
  readonly appends: readonly Append[];
  readonly options?: CommitOptions;
}

/** Of an operation that committed being brought again under its id. */
const AGAIN_PROBABILITY = 0.05;

export const writeRandomRows: AttemptOperation = async ({ storage }, operation, random) => {
  const { id, writer, number } = operation;
  const rows = choose(random, writer * 1000 + number);
  const outcome = await commitRows(storage, rows.appends, id, rows.options);
  if (outcome.kind === "committed" && random.fraction() < AGAIN_PROBABILITY) {
    await bringAgain(storage, rows, id, outcome.version);
  }
  return outcome;
};

/** I5: an id that committed is that commit when it is brought again; a failure changes nothing. */
async function bringAgain(
  storage: StagedStorage,
  { appends, options }: RowsOperation,
  id: OperationId,
  version: Version,
): Promise<void> {
  let again: CommitOutcome;
  try {
    again = await commitRows(storage, appends, id, options);
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

function choose(random: SeededRandom, value: number): RowsOperation {
  const left: Append = { table: LEFT, values: [value] };
  const right: Append = { table: RIGHT, values: [value] };
  const [one, other] = random.fraction() < 0.5 ? [left, right] : [right, left];
  const luck = random.fraction();
  if (luck < 0.4) return { appends: [left, right] };
  if (luck < 0.65) return { appends: [one] };
  if (luck < 0.8)
    return { appends: [one], options: { mode: "strict", expected: [other.table.name] } };
  return { appends: [{ ...one, overwrite: true }] };
}

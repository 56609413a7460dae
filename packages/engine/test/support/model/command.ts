/** A command: tried on the model and on the real run, which are compared after it. */
import assert from "node:assert/strict";
import { ConflictError, type OperationId } from "@crv/core";
import type { TransactionResult } from "@crv/io";
import fc from "fast-check";
import { type Change, perform } from "./changes.js";
import { compareNewest } from "./compare-run.js";
import type { ModelDraft } from "./model-draft.js";
import type { ModelRun } from "./model-run.js";
import type { Handle, HandleIndex, RunUnderTest } from "./run-under-test.js";

export abstract class Command implements fc.AsyncCommand<ModelRun, RunUnderTest> {
  check(): boolean {
    return true;
  }

  async run(model: ModelRun, real: RunUnderTest): Promise<void> {
    await this.attempt(model, real);
    await compareNewest(model, real);
  }

  abstract attempt(model: ModelRun, real: RunUnderTest): Promise<void>;
  abstract toString(): string;
}

export const handleOf: fc.Arbitrary<HandleIndex> = fc.constantFrom<HandleIndex>(0, 1);

/** A value in one of `outOf` cases, else undefined: what shrinks goes there. */
export function sometimes<T>(outOf: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: outOf - 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: value },
  );
}

/** How an operation is named: undefined is a new id, else one that was brought before. */
export const againOf: fc.Arbitrary<number | undefined> = sometimes(6, fc.nat(20));

export function idOf(model: ModelRun, again?: number): OperationId {
  const { ids } = model;
  const known = again === undefined ? undefined : ids[again % ids.length];
  const id = known ?? newId(model);
  if (known === undefined) ids.push(id);
  return id;
}

/** An id that is not brought again. */
export function newId(model: ModelRun): OperationId {
  return `01ZZ${String(++model.idCount).padStart(22, "0")}` as OperationId;
}

/** What an operation tells its caller. */
export type Told = Pick<TransactionResult, "version"> & Partial<Pick<TransactionResult, "tables">>;

/**
 * Holds what an operation told its caller against what it must tell, once it has ended; then the
 * model is as the run must be.
 *
 * @param base Version that it was begun at.
 */
export async function compareOutcome(
  model: ModelRun,
  draft: ModelDraft,
  base: number,
  id: OperationId,
  told: Promise<Told>,
): Promise<void> {
  const found = await told.catch((error: unknown) => {
    if (error instanceof ConflictError) return error;
    throw error;
  });
  const expected = model.judge(draft, base, id);
  if (found instanceof ConflictError) {
    const { conflict } = found;
    if (expected.kind === "conflict") {
      const isNamed =
        conflict.kind === "ArtifactChanged"
          ? expected.artifacts.includes(conflict.artifact)
          : conflict.kind === "ExpectedVersionMismatch" &&
            expected.tables.includes(conflict.tableKey);
      assert.ok(isNamed, found.message);
      return;
    }
    assert.deepEqual([expected.kind, conflict.kind], ["fenced", "Fenced"], found.message);
    return;
  }
  assert.ok("version" in expected, `must be refused: ${JSON.stringify(expected)}`);
  assert.equal(found.version, expected.version, `${expected.kind}: version`);
  if (expected.kind === "duplicate") return;
  if (found.tables) compareCounts(found.tables, draft);
  if (expected.kind === "committed") model.commit(draft, id);
}

function compareCounts(tables: TransactionResult["tables"], draft: ModelDraft): void {
  const found = tables.map(({ table, rowsAdded, rowsRemoved }) => [
    table,
    { added: rowsAdded, removed: rowsRemoved },
  ]);
  assert.deepEqual(
    Object.fromEntries(found),
    Object.fromEntries(draft.counts),
    "rows that changed",
  );
}

/** One whole transaction that is to be committed. */
export async function transact(
  model: ModelRun,
  { run }: Handle,
  changes: readonly Change[],
  id: OperationId = newId(model),
): Promise<void> {
  const draft = model.draft();
  const told = run.transaction((tx) => performAll(tx, changes, draft), { operationId: id });
  await compareOutcome(model, draft, model.head, id, told);
}

export async function performAll(
  tx: Parameters<typeof perform>[0],
  changes: readonly Change[],
  draft: ModelDraft,
  isSettled = false,
): Promise<void> {
  for (const change of changes) {
    await perform(tx, change, isSettled ? undefined : draft);
    draft.apply(change);
  }
}

/**
 * What the rows of a run must be: the operations that the log names, one after the other in its order,
 * and nothing else. Everything that anyone was told, or read, is held against that in the end.
 *
 * The model knows what each operation wanted (row-steps.ts) and nothing of how the store does it.
 */
import assert from "node:assert/strict";
import {
  type CommitOutcome,
  type CommitRecord,
  type Conflict,
  equalDescriptors,
  type OperationId,
  type TableKey,
  type Version,
} from "@crv/core";
import {
  applyStep,
  isWithin,
  type Row,
  type RowStep,
  type RunRows,
  restsOnRows,
  rowsText,
  type TickRange,
} from "./row-steps.js";

/** An operation as its writer meant it. */
export interface MeantOperation {
  readonly id: OperationId;
  readonly mode: "blind" | "strict";
  readonly steps: readonly RowStep[];
  /** Version that it read. */
  readonly base: Version;
}

/** Rows that somebody read. */
export interface SeenRows {
  readonly version: Version;
  readonly table: TableKey;
  readonly rows: readonly Row[];
  /** Only rows within it were asked for. */
  readonly where?: TickRange;
  /** Steps of its own that the reader had staged on top of the version. */
  readonly staged?: readonly RowStep[];
}

export class RowOracle {
  readonly #meant = new Map<OperationId, MeantOperation>();
  readonly #seen: SeenRows[] = [];
  readonly #told: { readonly id: OperationId; readonly outcome: CommitOutcome }[] = [];

  mean(operation: MeantOperation): void {
    this.#meant.set(operation.id, operation);
  }

  see(seen: SeenRows): void {
    this.#seen.push(seen);
  }

  tell(id: OperationId, outcome: CommitOutcome): void {
    this.#told.push({ id, outcome });
  }

  /** @param records The whole log from version 1, the trimmed records too. */
  check(records: readonly CommitRecord[]): void {
    const log = this.#fold(records);
    for (const { version, table, rows, where, staged = [] } of this.#seen) {
      const run = staged.reduce(applyStep, log.rowsAt(version));
      const there = (run.get(table) ?? []).filter((row) => !where || isWithin(row, where));
      const what = `I6: rows of ${table} at version ${version}, with ${staged.length} steps staged`;
      assert.equal(rowsText(rows), rowsText(there), what);
    }
    for (const { id, outcome } of this.#told) {
      if (outcome.kind === "conflict") checkConflict(log, this.#meantBy(id), outcome.conflict);
      if (outcome.kind === "unchanged") checkUnchanged(log, this.#meantBy(id));
    }
  }

  #fold(records: readonly CommitRecord[]): FoldedLog {
    const log = new FoldedLog();
    for (const record of records) {
      const landed = record.operations
        .filter(({ kind }) => kind !== "recovery")
        .map(({ id }) => this.#meantBy(id));
      for (const operation of landed) checkUndisturbed(log, operation, record.version);
      log.add(record, landed);
    }
    return log;
  }

  #meantBy(id: OperationId): MeantOperation {
    const operation = this.#meant.get(id);
    assert.ok(operation, `I3: nobody meant the operation ${id}`);
    return operation;
  }
}

/** The log with the rows of every version. */
class FoldedLog {
  readonly #rows: RunRows[] = [new Map()];
  /** Versions of the run that touched each table, in their order: the n-th made its version n. */
  readonly #touched = new Map<TableKey, Version[]>();
  readonly records: CommitRecord[] = [];

  add(record: CommitRecord, operations: readonly MeantOperation[]): void {
    this.records.push(record);
    assert.equal(record.version, this.records.length, "I4: the log is whole");
    for (const table of record.tables.keys()) {
      this.#touched.set(table, [...(this.#touched.get(table) ?? []), record.version]);
    }
    const steps = operations.flatMap((operation) => operation.steps);
    this.#rows.push(steps.filter(isChange).reduce(applyStep, this.rowsAt(record.version - 1)));
    const existing = [...this.rowsAt(record.version).keys()].sort();
    assert.deepEqual(existing, [...this.#touched.keys()].sort(), "I2: tables that exist");
  }

  rowsAt(version: Version): RunRows {
    const rows = this.#rows[version];
    assert.ok(rows, `I6: version ${version} was read and is not in the log`);
    return rows;
  }

  tableVersionAt(table: TableKey, version: Version): number {
    return (this.#touched.get(table) ?? []).filter((touched) => touched <= version).length;
  }
}

function isChange({ kind }: RowStep): boolean {
  return kind !== "read";
}

/** Tables whose rows must not change between the base of `operation` and its commit. */
function restingOn({ mode, steps }: MeantOperation): ReadonlySet<TableKey> {
  const resting = steps.filter(
    (step) => restsOnRows(step) || (mode === "strict" && step.kind === "append"),
  );
  return new Set(resting.map(({ table }) => table.name));
}

/** Conflicts, the half that must be refused: what it rests on is as it was when it was read. */
function checkUndisturbed(log: FoldedLog, operation: MeantOperation, version: Version): void {
  for (const table of restingOn(operation)) {
    assert.equal(
      log.tableVersionAt(table, version - 1),
      log.tableVersionAt(table, operation.base),
      `I10: ${operation.id} of base ${operation.base} landed as ${version} though ${table} had moved`,
    );
  }
}

/** Conflicts, the half that must not be refused: the table of docs/design/protocol.md. */
function checkConflict(log: FoldedLog, operation: MeantOperation, conflict: Conflict): void {
  const why = `I13: ${operation.id} was refused: ${JSON.stringify(conflict)}`;
  const head = log.records.length;
  switch (conflict.kind) {
    case "ExpectedVersionMismatch": {
      const { tableKey, expected, actual } = conflict;
      assert.ok(restingOn(operation).has(tableKey), why);
      assert.equal(expected, log.tableVersionAt(tableKey, operation.base), why);
      assert.ok(actual > expected && actual <= log.tableVersionAt(tableKey, head), why);
      return;
    }
    case "SchemaChanged": {
      const declared = log.records[conflict.at - 1]?.tables.get(conflict.tableKey)?.descriptor;
      const meant = operation.steps.find(({ table }) => table.name === conflict.tableKey)?.table;
      assert.ok(declared && meant && !equalDescriptors(declared, meant), why);
      assert.ok(conflict.at > operation.base, why);
      return;
    }
    case "Fenced":
      assert.ok(log.records[conflict.at - 1]?.aborts.includes(operation.id), why);
      return;
    case "RetryBudgetExhausted":
      assert.equal(operation.mode, "strict", why);
      return;
    default:
      assert.fail(why);
  }
}

/** An operation without effect makes no version; and only such a one is said to be unchanged. */
function checkUnchanged(log: FoldedLog, { id, base, steps }: MeantOperation): void {
  const before = log.rowsAt(base);
  const after = steps.filter(isChange).reduce(applyStep, before);
  for (const [table, rows] of after) {
    const was = before.get(table);
    assert.ok(was, `${id} creates ${table} and is said to be without effect`);
    assert.equal(rowsText(rows), rowsText(was), `${id} changes ${table}, said to be unchanged`);
  }
}

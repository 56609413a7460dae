/**
 * The one checker of every crash test: what must hold of a disk, whatever happened to it.
 * Names are those of docs/guarantees.md.
 */
import assert from "node:assert/strict";
import {
  formatManifestViewKey,
  type OperationId,
  parsePartKey,
  SIDECAR_PREFIX,
  type Version,
} from "@crv/core";
import { CommitLog, type RunState, readFloor } from "@crv/manifest";
import type { SimulatedDisk } from "@crv/storage-trait/testing";
import { commitRows, LEFT, type OpenedProcess, openProcess, readValues } from "./universe.js";

/** What callers were told before the fault. */
export interface Told {
  readonly committed: readonly OperationId[];
  readonly notCommitted: readonly OperationId[];
  /** Operations whose recovery has something to do. */
  readonly audited?: readonly OperationId[];
}

export interface CheckOptions {
  /** After a loss of power, unsynced sidecars may be gone, and parts they named are left to cleanup. */
  readonly leftovers: boolean;
}

/** Values of each table, ascending. */
export type Contents = Readonly<Record<string, readonly number[]>>;

/** Recovers the run twice, then checks everything, then writes once more. Returns what it held. */
export async function checkRun(
  disk: SimulatedDisk,
  told: Told,
  options: CheckOptions,
): Promise<Contents> {
  const first = await openProcess(disk, "recoverer");
  const objects = disk.objects();
  const again = await openProcess(disk, "second recoverer");
  assert.deepEqual(
    report(again),
    { rolledForward: 0, rolledBack: 0, left: 0 },
    "I8: recovery is complete",
  );
  assert.deepEqual([...disk.objects().keys()], [...objects.keys()], "I8: recovery is idempotent");
  const { state, named, floor } = await checkLog(disk, told);
  // Parts of trimmed versions stay: they are left to cleanup.
  checkObjects(disk, named, { leftovers: options.leftovers || floor > 1 });
  checkViews(disk, state);
  const contents = await checkReadable(first, state);
  await checkNextAppend(first, state);
  return contents;
}

function report({ recovered }: OpenedProcess) {
  const { rolledForward, rolledBack, left } = recovered;
  return { rolledForward: rolledForward.length, rolledBack: rolledBack.length, left: left.length };
}

interface CheckedLog {
  readonly state: RunState;
  /** Parts that a retained version names. */
  readonly named: ReadonlySet<string>;
  readonly floor: Version;
}

/** I1, I3, I4, I5: the history is a chain without holes, and is what callers were told. */
async function checkLog(disk: SimulatedDisk, told: Told): Promise<CheckedLog> {
  const log = new CommitLog(disk.process("checker"));
  const state = await log.refresh();
  const landed = new Map<OperationId, number>();
  const named = new Set<string>();
  const audited = new Set<OperationId>();
  const floor = await readFloor(disk.process("floor reader"));
  let version = floor - 1;
  for await (const record of log.records()) {
    assert.equal(record.version, ++version, "I4: versions have no holes");
    for (const { add } of record.tables.values()) for (const { path } of add) named.add(path);
    for (const { id } of record.operations) {
      assert.ok(!landed.has(id), `I5: operation ${id} is committed twice`);
      landed.set(id, record.version);
    }
    if (record.recovery) {
      const { operationId } = record.recovery;
      const settled = state.ledger.says(operationId, state.version)?.kind;
      const expected = record.recovery.kind === "RolledBack" ? "aborted" : "landed";
      assert.equal(settled, expected, "I8: the audit entry says what happened");
      assert.ok(!audited.has(operationId), `I8: the recovery of ${operationId} is audited twice`);
      audited.add(operationId);
    }
  }
  assert.equal(version, state.version);
  for (const { parts } of state.tables.values()) for (const { path } of parts) named.add(path);
  // Of records below the floor the ledger is left.
  const says = (id: OperationId) => state.ledger.says(id, state.version)?.kind;
  for (const id of told.committed)
    assert.equal(says(id), "landed", `I1: ${id} was acknowledged and is gone`);
  for (const id of told.notCommitted)
    assert.notEqual(says(id), "landed", `I3: ${id} was refused and appeared`);
  for (const id of told.audited ?? [])
    assert.ok(audited.has(id), `I8: the recovery of ${id} left no audit entry`);
  return { state, named, floor };
}

/** I7, I8: what a version names exists; what exists is named; no sidecar is left. */
function checkObjects(
  disk: SimulatedDisk,
  named: ReadonlySet<string>,
  { leftovers }: CheckOptions,
): void {
  const objects = disk.objects();
  for (const path of named)
    assert.ok(objects.has(path as never), `I7: ${path} is named and missing`);
  for (const key of objects.keys()) {
    assert.ok(!key.startsWith(SIDECAR_PREFIX), `I8: the sidecar ${key} is left`);
    if (parsePartKey(key) && !leftovers)
      assert.ok(named.has(key), `I7: ${key} is left and not named`);
  }
}

/** I16: every view shows the newest commit of its table. */
function checkViews(disk: SimulatedDisk, state: RunState): void {
  const objects = disk.objects();
  for (const table of state.tables.values()) {
    const bytes = objects.get(formatManifestViewKey(table.key));
    assert.ok(bytes, `I16: table ${table.key} has no view`);
    const view = JSON.parse(new TextDecoder().decode(bytes));
    assert.ok(view.run_version >= table.changedAt, `I16: the view of ${table.key} lags`);
    assert.equal(
      view.table_version,
      table.version,
      `I16: the view of ${table.key} is of another version`,
    );
  }
}

/** I2 and digests: every row of every table reads back. */
async function checkReadable({ storage }: OpenedProcess, state: RunState): Promise<Contents> {
  const contents: Record<string, readonly number[]> = {};
  for (const table of state.tables.values()) {
    const values = (await readValues(storage, table.key)) ?? [];
    const rows = table.parts.reduce((sum, part) => sum + part.rows, 0);
    assert.equal(values.length, rows, `I1: rows of ${table.key}`);
    contents[table.key] = [...values].sort((a, b) => a - b);
  }
  return contents;
}

/** The next write works, without a restart of anything. */
async function checkNextAppend({ storage }: OpenedProcess, state: RunState): Promise<void> {
  const outcome = await commitRows(storage, [{ table: LEFT, values: [99] }]);
  assert.deepEqual(
    { kind: outcome.kind, version: outcome.kind === "committed" && outcome.version },
    { kind: "committed", version: state.version + 1 },
    "I8: the next append lands",
  );
  assert.ok((await readValues(storage, LEFT.name))?.includes(99));
}

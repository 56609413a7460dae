/**
 * The one checker of every crash test: what must hold of a disk, whatever happened to it.
 * Names are those of docs/guarantees.md.
 */
import assert from "node:assert/strict";
import {
  type ArtifactName,
  type CommitRecord,
  digestOf,
  formatArtifactViewKey,
  formatKeyFilterKey,
  formatManifestViewKey,
  type ObjectKey,
  type OperationId,
  parseBranchKey,
  parseKeyFilterKey,
  parseMemberKey,
  parsePartKey,
  parseRecordKey,
  recoveriesOf,
  SIDECAR_PREFIX,
  type TableKey,
  type Version,
} from "@crv/core";
import {
  applyRecord,
  CommitLog,
  decodeRecord,
  emptyState,
  type RunState,
  readFloor,
} from "@crv/manifest";

import type { SimulatedDisk } from "@crv/storage-trait/testing";
import type { Members, RunArtifacts } from "./artifact-steps.js";
import type { Row, RunRows } from "./row-steps.js";
import {
  commitRows,
  LEFT,
  type OpenedProcess,
  openProcess,
  readRows,
  readValues,
} from "./universe.js";

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

type Objects = ReturnType<SimulatedDisk["objects"]>;

/** What a run held. */
export interface CheckedRun {
  readonly contents: Contents;
  readonly version: Version;
  readonly rows: RunRows;
  readonly artifacts: RunArtifacts;
}

/** Recovers the run twice, then checks everything, then writes once more. Returns what it held. */
export async function checkRun(
  disk: SimulatedDisk,
  told: Told,
  options: CheckOptions,
): Promise<CheckedRun> {
  const first = await openProcess(disk, "recoverer");
  const keys = [...disk.objects().keys()];
  const again = await openProcess(disk, "second recoverer");
  assert.deepEqual(
    report(again),
    { rolledForward: 0, rolledBack: 0, left: 0 },
    "I8: recovery is complete",
  );
  const objects = disk.objects();
  assert.deepEqual([...objects.keys()], keys, "I8: recovery is idempotent");
  const { state, named, floor } = await checkLog(disk, objects, told);
  // Parts of trimmed versions stay: they are left to cleanup.
  checkObjects(objects, named, { leftovers: options.leftovers || floor > 1 });
  checkViews(objects, state);
  // A loss of power may take what was written of a sidecar, and then nobody knows of the views.
  if (!options.leftovers) checkArtifactViews(objects, state);
  const rows = await checkReadable(first, state);
  await checkNextAppend(first, state);
  for (const { key, descriptor } of state.tables.values()) {
    if (descriptor.key.length > 0) await checkNextMerge(first, key);
  }
  const artifacts = await readArtifacts(first);
  const contents = { ...contentsOf(rows), ...bytesOf(artifacts) };
  return { contents, version: state.version, rows, artifacts };
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
async function checkLog(disk: SimulatedDisk, objects: Objects, told: Told): Promise<CheckedLog> {
  const { records, state, floor } = await readLog(disk, objects);
  const landed = new Map<OperationId, number>();
  const named = new Set<string>();
  const audited = new Set<OperationId>();
  for (const record of records) {
    for (const { add } of record.tables.values()) for (const { path } of add) named.add(path);
    for (const { id } of record.operations) {
      assert.ok(!landed.has(id), `I5: operation ${id} is committed twice`);
      landed.set(id, record.version);
    }
    for (const { operationId, kind } of recoveriesOf(record)) {
      const settled = state.ledger.says(operationId, state.version)?.kind;
      const expected = kind === "RolledBack" ? "aborted" : "landed";
      assert.equal(settled, expected, "I8: the audit entry says what happened");
      assert.ok(!audited.has(operationId), `I8: the recovery of ${operationId} is audited twice`);
      audited.add(operationId);
    }
  }
  for (const members of records.flatMap((r) => [...(r.artifacts?.values() ?? [])])) {
    for (const { path } of members) named.add(path);
  }
  for (const { members } of state.artifacts.list(state.version)) {
    for (const { path } of members) named.add(path);
  }
  for (const { parts } of state.tables.values()) for (const { path } of parts) named.add(path);
  for (const path of await namedInBranches(objects)) named.add(path);
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

async function namedInBranches(objects: Objects): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const [key, bytes] of objects) {
    const version = parseRecordKey(parseBranchKey(key)?.key ?? "");
    if (version === undefined) continue;
    const { tables, artifacts } = await decodeRecord(version, bytes);
    for (const { add } of tables.values()) paths.push(...add.map(({ path }) => path));
    for (const members of artifacts?.values() ?? []) paths.push(...members.map((m) => m.path));
  }
  return paths;
}

interface ReadLog {
  /** Those that are retained. */
  readonly records: readonly CommitRecord[];
  readonly state: RunState;
  readonly floor: Version;
}

/** Every record once; the state is their fold, from the beginning or from a checkpoint. */
async function readLog(disk: SimulatedDisk, objects: Objects): Promise<ReadLog> {
  const reader = disk.process("checker");
  const log = new CommitLog(reader);
  const floor = await readFloor(reader);
  const records: CommitRecord[] = [];
  for (let record = await log.read(floor); record; ) {
    records.push(record);
    record = await log.read(record.version + 1);
  }
  const versions = [...objects.keys()].map(parseRecordKey).filter((v) => v !== undefined);
  const head = floor + records.length - 1;
  assert.ok(
    versions.every((version) => version <= head),
    "I4: versions have no holes",
  );
  const state = floor === 1 ? records.reduce(applyRecord, emptyState()) : await log.refresh();
  assert.equal(state.version, head);
  return { records, state, floor };
}

/** I7, I8: what a version names exists; what exists is named; no sidecar is left. */
function checkObjects(
  objects: Objects,
  named: ReadonlySet<string>,
  { leftovers }: CheckOptions,
): void {
  const filtered = new Set([...named].map((path) => formatKeyFilterKey(path as ObjectKey)));
  for (const path of named)
    assert.ok(objects.has(path as never), `I7: ${path} is named and missing`);
  for (const key of objects.keys()) {
    if (parseMemberKey(key) && !leftovers)
      assert.ok(named.has(key), `I7: ${key} is left and not named`);
    assert.ok(!key.startsWith(SIDECAR_PREFIX), `I8: the sidecar ${key} is left`);
    if (parsePartKey(key) && !leftovers)
      assert.ok(named.has(key), `I7: ${key} is left and not named`);
    if (parseKeyFilterKey(key) && !leftovers)
      assert.ok(filtered.has(key), `I7: ${key} is left beside no part that is named`);
  }
}

/** I16: every view shows the newest commit of its table. */
function checkViews(objects: Objects, state: RunState): void {
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

/** I16: every member is shown as it is, and nothing is shown that is not there. */
function checkArtifactViews(objects: Objects, state: RunState): void {
  const shown = new Set<string>();
  for (const { name, members } of state.artifacts.list(state.version)) {
    for (const member of members) {
      const view = formatArtifactViewKey(name, member.name);
      if (view === undefined) continue;
      shown.add(view);
      assert.deepEqual(objects.get(view), objects.get(member.path), `I16: the view ${view} lags`);
    }
  }
  for (const key of objects.keys()) {
    if (!/^(?:batch_|artifacts\/|meta\.json$)/.test(key)) continue;
    assert.ok(shown.has(key), `I16: ${key} shows what is not there`);
  }
}

/** I1 and digests: the bytes of every member read back, by artifact. */
async function readArtifacts({ storage }: OpenedProcess): Promise<RunArtifacts> {
  await using snapshot = await storage.snapshot();
  const artifacts = new Map<ArtifactName, Members>();
  for (const { name, members } of storage.artifacts(snapshot)) {
    const bytes = new Map<string, Uint8Array>();
    for (const member of members) {
      const read = await storage.readMember(member);
      assert.equal(await digestOf(read), member.digest, `I2: ${member.path} is what was written`);
      bytes.set(member.name, read);
    }
    artifacts.set(name, bytes);
  }
  return artifacts;
}

function bytesOf(artifacts: RunArtifacts): Contents {
  const contents = [...artifacts].map(([name, members]): [string, readonly number[]] => [
    name,
    [...members.values()].flatMap((bytes) => [...bytes]),
  ]);
  return Object.fromEntries(contents);
}

/** I2 and digests: every row of every table reads back. */
async function checkReadable({ storage }: OpenedProcess, state: RunState): Promise<RunRows> {
  await using snapshot = await storage.snapshot();
  const run = new Map<TableKey, readonly Row[]>();
  for (const table of state.tables.values()) {
    const rows = await readRows(storage.scan(snapshot, { table: table.key }));
    const count = [...table.parts].reduce((sum, part) => sum + part.rows, 0);
    assert.equal(rows.length, count, `I1: rows of ${table.key}`);
    run.set(table.key, rows);
  }
  return run;
}

function contentsOf(run: RunRows): Contents {
  const contents = [...run].map(([table, rows]): [string, readonly number[]] => [
    table,
    rows.map(({ value }) => value).sort((a, b) => a - b),
  ]);
  return Object.fromEntries(contents);
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

/** Every key of a table is found where it is: to merge its own rows into it changes nothing. */
async function checkNextMerge({ storage }: OpenedProcess, table: TableKey): Promise<void> {
  const before = await readValues(storage, table);
  await using base = await storage.snapshot();
  await using operation = await storage.begin({ base, mode: "strict", actor: "tester" });
  const { rowsRemoved } = await operation.stageMerge(table, storage.scan(base, { table }));
  assert.equal(rowsRemoved, before?.length, `I11: a merge finds every key of ${table}`);
  if (rowsRemoved > 0) assert.equal((await operation.commit()).kind, "committed");
  const ascending = (values: readonly number[] = []) => [...values].sort((a, b) => a - b);
  assert.deepEqual(ascending(await readValues(storage, table)), ascending(before));
}

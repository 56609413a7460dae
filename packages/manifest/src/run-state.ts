/**
 * The state of a run at a version: the fold of commit records 1..N. Pure.
 * Source: docs/format/commit-record.md, "Fold".
 */
import {
  type CommitId,
  type CommitPoint,
  type CommitRecord,
  equalDescriptors,
  formatRecordKey,
  MAIN_BRANCH,
  type ObjectKey,
  parsePartKey,
  type TableChange,
  type TableDescriptor,
  type TableKey,
  type TableManifest,
  type TablePartition,
  type TableVersion,
  type Version,
} from "@crv/core";
import { ArtifactIndex } from "./artifacts/artifact-index.js";
import { corrupt } from "./document.js";
import { Ledger } from "./ledger.js";
import { type Lineage, NO_LINEAGE, withPoints } from "./lineage.js";
import { PartPaths } from "./part-paths.js";
import type { LivePart } from "./parts/live-part.js";
import { PartList } from "./parts/part-list.js";
import { applyRefs, NO_REFS, type Refs } from "./refs.js";
import { withoutColumns } from "./without-columns.js";

export interface TableState {
  readonly key: TableKey;
  readonly descriptor: TableDescriptor;
  readonly version: TableVersion;
  /** Table version of the last commit that changed rows, not only their parts. */
  readonly contentVersion: TableVersion;
  /** Run version of the last commit that touched the table. */
  readonly changedAt: Version;
  /** Run version at which the descriptor last changed. */
  readonly describedAt: Version;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** In order of their commits. */
  readonly parts: PartList;
}

export interface RunState {
  readonly version: Version;
  /** Of the newest commit; null at version 0. */
  readonly commitId: CommitId | null;
  /** Of the newest commit; never goes back. */
  readonly createdAt: string | null;
  readonly tables: ReadonlyMap<TableKey, TableState>;
  /** What it holds of other branches. */
  readonly lineage: Lineage;
  /** Null in a branch: names are made in main alone. */
  readonly refs: Refs | null;
  readonly ledger: Ledger;
  readonly artifacts: ArtifactIndex;
  readonly paths: PartPaths;
}

/** The state before the first commit. */
export function emptyState(): RunState {
  return {
    version: 0,
    commitId: null,
    createdAt: null,
    tables: new Map(),
    lineage: NO_LINEAGE,
    refs: NO_REFS,
    ledger: new Ledger(),
    artifacts: new ArtifactIndex(),
    paths: new PartPaths(),
  };
}

/**
 * `state` as the beginning of a branch: what is committed to either is not seen by the other.
 *
 * @param from Where the branch begins; absent of a state before that, which is of the other branch.
 */
export function forkState(state: RunState, from?: CommitPoint): RunState {
  const { version } = state;
  return {
    ...state,
    lineage: withPoints(state.lineage, from ? [from] : []),
    refs: null,
    ledger: state.ledger.fork(version),
    artifacts: state.artifacts.fork(version),
    paths: state.paths.fork(version),
  };
}

export function tableVersionOf(state: RunState, table: TableKey): TableVersion {
  return state.tables.get(table)?.version ?? 0;
}

/**
 * The state after `record`. What all states share (ledger, artifacts, paths) now also knows it.
 *
 * @throws IoManifestError `CORRUPT` when the record does not follow from the state.
 */
export function applyRecord(state: RunState, record: CommitRecord): RunState {
  const next = foldRecord(state, record);
  learnRecord(state, record);
  return next;
}

/** What all states share learns of a record that is in the log. */
export function learnRecord(state: RunState, record: CommitRecord): void {
  state.ledger.add(record);
  state.artifacts.add(record);
  state.paths.add(record);
}

/** As {@link applyRecord}, for a record that is not there yet: nothing shared learns of it. */
export function foldRecord(state: RunState, record: CommitRecord): RunState {
  const key = formatRecordKey(record.version);
  if (record.version !== state.version + 1) {
    throw corrupt(key, `it follows version ${state.version}`);
  }
  const parents = [state.commitId, record.merged?.[0]?.commitId ?? null].filter(
    (id) => id !== null,
  );
  if (record.parents[0] !== parents[0]) {
    throw corrupt(key, `its parent is not the commit of version ${state.version}`);
  }
  if (record.parents.length !== parents.length || record.parents[1] !== parents[1]) {
    throw corrupt(key, "its second parent is not the commit that it merged");
  }
  const tables = new Map(state.tables);
  for (const [table, change] of record.tables) {
    checkAdded(key, state, table, change);
    tables.set(table, applyChange(key, state.tables.get(table), table, change, record));
  }
  checkArtifacts(key, state, record);
  return {
    version: record.version,
    commitId: record.commitId,
    createdAt: record.createdAt,
    tables,
    lineage: record.merged ? withPoints(state.lineage, record.merged) : state.lineage,
    refs: nextRefs(key, state, record),
    ledger: state.ledger,
    artifacts: state.artifacts,
    paths: state.paths,
  };
}

function nextRefs(key: ObjectKey, { refs }: RunState, record: CommitRecord): Refs | null {
  if (refs !== null) return applyRefs(key, refs, record.refs, record);
  if (record.refs !== undefined) throw corrupt(key, "branches and tags are made in main alone");
  return null;
}

function applyChange(
  key: ObjectKey,
  before: TableState | undefined,
  table: TableKey,
  change: TableChange,
  record: CommitRecord,
): TableState {
  if (change.version !== (before?.version ?? 0) + 1) {
    throw corrupt(
      key,
      `table ${table} goes from version ${before?.version ?? 0} to ${change.version}`,
    );
  }
  const descriptor = change.descriptor ?? before?.descriptor;
  if (descriptor === undefined || descriptor.name !== table) {
    throw corrupt(key, `table ${table} has no descriptor of its own`);
  }
  const kept = (before?.parts ?? PartList.of()).without(change.remove);
  if (kept === undefined) throw corrupt(key, "it removes a part that the table does not have");
  const dropped = droppedColumns(key, before?.descriptor, descriptor, change);
  const added = change.add.map((part) => ({ ...part, createdAt: record.createdAt }));
  return {
    key: table,
    descriptor,
    version: change.version,
    contentVersion: change.preserving ? (before?.contentVersion ?? 0) : change.version,
    changedAt: record.version,
    describedAt: change.descriptor ? record.version : (before?.describedAt ?? record.version),
    createdAt: before?.createdAt ?? record.createdAt,
    updatedAt: record.createdAt,
    parts: withoutDropped(kept, dropped).append(added),
  };
}

/** Copies every entry, which happens once for each change that drops something. */
function withoutDropped(parts: PartList, dropped: ReadonlySet<string>): PartList {
  if (dropped.size === 0) return parts;
  return PartList.from([...parts].map((part) => withoutColumns(part, dropped)));
}

/** What a change of the descriptor takes from the parts that are there. */
function droppedColumns(
  key: ObjectKey,
  before: TableDescriptor | undefined,
  after: TableDescriptor,
  { dropped = [] }: TableChange,
): ReadonlySet<string> {
  const known = Object.keys(before?.columns ?? {});
  if (!dropped.every((column) => known.includes(column))) {
    throw corrupt(key, `table ${after.name} drops a column that it does not have`);
  }
  const gone = known.filter((column) => !Object.hasOwn(after.columns, column));
  return new Set([...dropped, ...gone]);
}

/** Parts lie in the directory of their table, and a path is added once in the life of a run. */
function checkAdded(key: ObjectKey, state: RunState, table: TableKey, { add }: TableChange): void {
  const added = new Set<ObjectKey>();
  for (const { path } of add) {
    const isOurs = parsePartKey(path)?.table === table;
    if (!isOurs || added.has(path) || state.paths.has(path, state.version)) {
      throw corrupt(key, `table ${table} cannot add ${path}`);
    }
    added.add(path);
  }
}

/** What is removed is there, and a path is added once in the life of a run. */
function checkArtifacts(key: ObjectKey, state: RunState, { artifacts }: CommitRecord): void {
  const added = new Set<ObjectKey>();
  for (const [name, members] of artifacts ?? []) {
    if (members.length === 0 && state.artifacts.versionOf(name, state.version) === 0) {
      throw corrupt(key, `it removes ${name}, which is not there`);
    }
    for (const { path } of members) {
      if (added.has(path) || state.paths.has(path, state.version)) {
        throw corrupt(key, `${name} cannot add ${path}`);
      }
      added.add(path);
    }
  }
}

/** Whether parts written under `descriptor` fit the table as it is. */
export function fitsTable(table: TableState, descriptor: TableDescriptor): boolean {
  return equalDescriptors(table.descriptor, descriptor);
}

/** One table of `state`, as a value; undefined when it does not exist. */
export function tableManifest(
  state: RunState,
  key: TableKey,
  branch = MAIN_BRANCH,
): TableManifest | undefined {
  const table = state.tables.get(key);
  if (table === undefined) return undefined;
  const buckets = new Map<number, LivePart[]>();
  for (const part of table.parts) {
    const parts = buckets.get(part.bucket);
    if (parts) parts.push(part);
    else buckets.set(part.bucket, [part]);
  }
  return {
    table: key,
    branch,
    runVersion: state.version,
    tableVersion: table.version,
    descriptor: table.descriptor,
    createdAt: table.createdAt,
    updatedAt: table.updatedAt,
    rows: sum([...table.parts], (p) => p.rows),
    bytes: sum([...table.parts], (p) => p.bytes),
    partitions: [...buckets].sort(([a], [b]) => a - b).map(([id, parts]) => partition(id, parts)),
  };
}

function partition(bucketId: number, parts: readonly LivePart[]): TablePartition {
  return {
    bucketId,
    rows: sum(parts, (p) => p.rows),
    bytes: sum(parts, (p) => p.bytes),
    tickMin: bound(parts, (p) => p.tickMin, Math.min),
    tickMax: bound(parts, (p) => p.tickMax, Math.max),
    parts,
  };
}

function sum(parts: readonly LivePart[], of: (part: LivePart) => number): number {
  return parts.reduce((total, part) => total + of(part), 0);
}

function bound(
  parts: readonly LivePart[],
  of: (part: LivePart) => number | null,
  choose: (a: number, b: number) => number,
): number | null {
  let result: number | null = null;
  for (const part of parts) {
    const tick = of(part);
    if (tick !== null) result = result === null ? tick : choose(result, tick);
  }
  return result;
}

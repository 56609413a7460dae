/** Files that may be superfluous, and which of them are. Memory holds these only, not the live ones. */
import {
  BRANCHES_PREFIX,
  CHECKPOINT_INDEX_PREFIX,
  FILES_PREFIX,
  formatCheckpointIndexKey,
  formatKeyFilterKey,
  type ObjectKey,
  parseBranchKey,
  parseCheckpointIndexKey,
  parseKeyFilterKey,
  parseMemberKey,
  parsePartKey,
  parseSegmentKey,
  SEGMENT_PREFIX,
  TABLES_PREFIX,
  type TableKey,
  TENSORS_PREFIX,
  type Version,
} from "@crv/core";
import { type CommitLog, NO_REFS, type Refs, type RunState, readSegmentNames } from "@crv/manifest";
import type { ObjectInfo } from "@crv/storage-trait/object-store";
import type { EngineContext } from "../engine-context.js";
import { keptByNames } from "./kept-by-names.js";
import type { RootProvider } from "./root-provider.js";

export type Candidates = Map<ObjectKey, ObjectInfo>;

/**
 * Parts, key filters, members and segments of before `youngestMs` that the newest state does not name,
 * and files of branches. Foreign names are not ours to remove; malformed ones of our own kind stop cleanup.
 */
export async function listCandidates(
  { store }: EngineContext,
  state: RunState,
  youngestMs: number,
): Promise<Candidates> {
  const candidates: Candidates = new Map();
  const consider = (info: ObjectInfo): void => {
    if (info.modifiedAt.getTime() <= youngestMs) candidates.set(info.key, info);
  };
  for await (const info of store.list(TABLES_PREFIX)) {
    const table = (parsePartKey(info.key) ?? parseKeyFilterKey(info.key))?.table;
    if (table !== undefined && !names(state, table, info.key)) consider(info);
  }
  for (const prefix of [TENSORS_PREFIX, FILES_PREFIX]) {
    for await (const info of store.list(prefix)) if (parseMemberKey(info.key)) consider(info);
  }
  dropMembers(state, candidates);
  for await (const info of store.list(SEGMENT_PREFIX))
    if (parseSegmentKey(info.key)) consider(info);
  for await (const info of store.list(CHECKPOINT_INDEX_PREFIX)) {
    if (parseCheckpointIndexKey(info.key) !== undefined) consider(info);
  }
  for await (const info of store.list(BRANCHES_PREFIX))
    if (parseBranchKey(info.key)) consider(info);
  return candidates;
}

/** Those that nothing needs any more; the indexes first, then the segments that they name. */
export async function withoutKept(
  context: EngineContext,
  candidates: Candidates,
  floor: Version,
  roots: readonly RootProvider[],
): Promise<readonly ObjectInfo[]> {
  const { log } = context;
  // Rule `listfirst`: the operations under way before the log that may have their commits.
  const protectors = await Promise.all(roots.map((root) => root.protector()));
  const { refs, version: newest } = await log.refresh();
  // A run without commits has no version 1.
  const oldest = await log.stateAt(Math.min(floor, newest));
  for (const key of candidates.keys()) {
    if (protectors.some((protects) => protects(key))) candidates.delete(key);
  }
  dropNamedBy(oldest, candidates);
  dropLivingBranches(refs ?? NO_REFS, candidates);
  const named = await keptByNames(context);
  for await (const state of named.states) dropNamedBy(state, candidates);
  for (const branch of named.logs) await dropAdded(branch, branch.baseVersion, candidates);
  // Main last: a branch that was gone when names were read may have been merged into it before.
  await dropAdded(log, floor, candidates);
  await dropNamedSegments(context, candidates, floor);
  return [...candidates.values()].sort((a, b) => Number(isSegment(a)) - Number(isSegment(b)));
}

function dropNamedBy(state: RunState, candidates: Candidates): void {
  for (const key of candidates.keys()) {
    const table = (parsePartKey(key) ?? parseKeyFilterKey(key))?.table;
    if (table !== undefined && names(state, table, key)) candidates.delete(key);
  }
  dropMembers(state, candidates);
}

function dropMembers({ artifacts, version }: RunState, candidates: Candidates): void {
  for (const { members } of artifacts.list(version)) {
    for (const { path } of members) candidates.delete(path);
  }
}

/** What the versions after `version` name and that one does not. */
async function dropAdded(log: CommitLog, version: Version, candidates: Candidates): Promise<void> {
  for await (const { tables, artifacts } of log.records(version)) {
    for (const { path } of [...(artifacts?.values() ?? [])].flat()) candidates.delete(path);
    for (const { add } of tables.values()) {
      for (const { path } of add) {
        candidates.delete(path);
        candidates.delete(formatKeyFilterKey(path));
      }
    }
  }
}

/** Ids are never used again: the directory of a branch that main does not have is of one that was deleted. */
function dropLivingBranches({ branches }: Refs, candidates: Candidates): void {
  const living = new Set([...branches.values()].map(({ id }) => id));
  for (const key of candidates.keys()) {
    const branch = parseBranchKey(key)?.branch;
    if (branch !== undefined && living.has(branch)) candidates.delete(key);
  }
}

/** Indexes of kept versions stay, and the segments that they name. */
async function dropNamedSegments(
  { store }: EngineContext,
  candidates: Candidates,
  floor: Version,
): Promise<void> {
  for await (const { key } of store.list(CHECKPOINT_INDEX_PREFIX)) {
    const version = parseCheckpointIndexKey(key);
    if (version === undefined || version < floor) continue;
    candidates.delete(formatCheckpointIndexKey(version));
    const segments = await readSegmentNames(store, version);
    // One that cannot be read might name any.
    const kept = segments ?? [...candidates.values()].filter(isSegment).map((info) => info.key);
    for (const segment of kept) candidates.delete(segment);
  }
}

function names(state: RunState, table: TableKey, key: ObjectKey): boolean {
  const part = key.replace(/\.keys$/, ".parquet") as ObjectKey;
  return state.tables.get(table)?.parts.has(part) === true;
}

function isSegment({ key }: ObjectInfo): boolean {
  return key.startsWith(SEGMENT_PREFIX);
}

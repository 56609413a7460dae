/** What repair has to know of the log of one branch. Read with no verb that writes. */
import {
  type BranchId,
  type BranchName,
  CHECKPOINT_PREFIX,
  CrvError,
  formatBranchKey,
  formatManifestViewKey,
  formatSidecarKey,
  HEAD_HINT_KEY,
  LOG_PREFIX,
  MAIN_BRANCH,
  type ObjectKey,
  parseCheckpointIndexKey,
  parseCheckpointKey,
  parseRecordKey,
  parseSidecarKey,
  parseTableKey,
  SIDECAR_BYTES_MAX,
  SIDECAR_PREFIX,
  TABLES_PREFIX,
  type Version,
} from "@crv/core";
import {
  CommitLog,
  NO_REFS,
  type RunState,
  readCheckpoint,
  readFloor,
  readHint,
  readSegmentedCheckpoint,
} from "@crv/manifest";
import { decodeSidecar, readViewVersion } from "@crv/recovery";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { openBranchLog } from "../branches/branch-log.js";
import { branchReader } from "../branches/branch-store.js";

export interface LogFacts {
  readonly branch: BranchName;
  readonly branchId: BranchId | undefined;
  /** Version of its first record. */
  readonly floor: Version;
  /** The newest sound one; undefined when damage leaves none. */
  readonly state: RunState | undefined;
  /** The checkpoint that the hint names: reading begins there, though later ones be sound. */
  readonly hint: Version | undefined;
  /** What there is of versions after `state`: keys of the run. */
  readonly beyond: BeyondFacts;
  /** The oldest sound checkpoint that no record of a given version or before is needed for. */
  readonly soundFrom: (version: Version) => Promise<Version | undefined>;
}

export interface BeyondFacts {
  /** Ascending. */
  readonly records: readonly Version[];
  readonly checkpoints: readonly ObjectKey[];
  /** Of operations that are based on lost versions. */
  readonly sidecars: readonly ObjectKey[];
  readonly views: readonly ObjectKey[];
}

/** A file of the run, and the version that it is of or leans on. */
type Found = readonly [key: ObjectKey, version: Version];

interface FoundBeyond {
  readonly records: readonly Version[];
  readonly checkpoints: readonly Found[];
  readonly sidecars: readonly Found[];
  readonly views: readonly Found[];
}

const NOTHING: BeyondFacts = { records: [], checkpoints: [], sidecars: [], views: [] };

/** Of main, then of each branch that main names. */
export async function readLogFacts(store: ObjectReader): Promise<readonly LogFacts[]> {
  const log = new CommitLog(withoutHint(store), "stop-before");
  const floor = await readFloor(store);
  const main = await factsOf(store, log, MAIN_BRANCH, undefined, floor);
  const facts = [main];
  for (const [name, { id }] of (main.state?.refs ?? NO_REFS).branches) {
    const reader = { log, store: withoutHint(store) };
    const own = await unlessDamaged(() => openBranchLog(reader, id, "stop-before"));
    if (own) facts.push(await factsOf(store, own, name, id, own.baseVersion + 1));
  }
  return facts;
}

async function factsOf(
  run: ObjectReader,
  log: CommitLog,
  branch: BranchName,
  branchId: BranchId | undefined,
  floor: Version,
): Promise<LogFacts> {
  const store = branchId === undefined ? run : branchReader(run, branchId);
  const known = await unlessDamaged(() => log.refresh());
  const found = known && (await listBeyond(store, branchId, known.version));
  // Read after what is listed: what is beyond it then was not committed meanwhile, but cannot be read.
  const state = await unlessDamaged(() => log.refresh());
  return {
    branch,
    branchId,
    floor,
    state,
    hint: await readHint(store),
    beyond: found && state ? beyondOf(found, state.version) : NOTHING,
    soundFrom: (version) => findSound(store, version),
  };
}

async function listBeyond(
  store: ObjectReader,
  branchId: BranchId | undefined,
  head: Version,
): Promise<FoundBeyond> {
  const records: Version[] = [];
  const checkpoints: Found[] = [];
  const sidecars: Found[] = [];
  for await (const { key } of store.list(LOG_PREFIX)) {
    const version = parsed(parseRecordKey, key);
    if (version !== undefined && version > head) records.push(version);
  }
  for await (const { key } of store.list(CHECKPOINT_PREFIX)) {
    const version = parsed(parseCheckpointKey, key) ?? parsed(parseCheckpointIndexKey, key);
    if (version !== undefined && version > head) checkpoints.push([ofRun(branchId, key), version]);
  }
  for await (const { key } of store.list(SIDECAR_PREFIX)) {
    const base = await baseOf(store, key);
    if (base !== undefined && base > head) sidecars.push([ofRun(branchId, key), base]);
  }
  // Branches publish no views.
  const views = branchId === undefined ? await listViewsBeyond(store, head) : [];
  return { records, checkpoints, sidecars, views };
}

/** Also those of tables that only lost versions had. */
async function listViewsBeyond(store: ObjectReader, head: Version): Promise<readonly Found[]> {
  const found: Found[] = [];
  for await (const { key } of store.list(TABLES_PREFIX)) {
    const table = parsed(parseTableKey, key.split("/")[1] as string);
    if (table === undefined || key !== formatManifestViewKey(table)) continue;
    const version = await readViewVersion(store, table);
    if (version > head) found.push([key, version]);
  }
  return found;
}

function beyondOf(found: FoundBeyond, head: Version): BeyondFacts {
  const keysOf = (files: readonly Found[]): readonly ObjectKey[] =>
    files.filter(([, version]) => version > head).map(([key]) => key);
  return {
    records: found.records.filter((version) => version > head),
    checkpoints: keysOf(found.checkpoints),
    sidecars: keysOf(found.sidecars),
    views: keysOf(found.views),
  };
}

/** The version that an operation was based on; undefined when its sidecar is torn or gone. */
async function baseOf(store: ObjectReader, key: ObjectKey): Promise<Version | undefined> {
  const id = parsed(parseSidecarKey, key);
  if (id === undefined) return undefined;
  return unlessDamaged(async () => {
    const bytes = await store.get(formatSidecarKey(id), { sizeBytesMax: SIDECAR_BYTES_MAX });
    return bytes && (await decodeSidecar(id, bytes)).base;
  });
}

async function findSound(store: ObjectReader, from: Version): Promise<Version | undefined> {
  const versions = new Set<Version>();
  for await (const { key } of store.list(CHECKPOINT_PREFIX)) {
    const version = parsed(parseCheckpointKey, key) ?? parsed(parseCheckpointIndexKey, key);
    if (version !== undefined && version >= from) versions.add(version);
  }
  for (const version of [...versions].sort((a, b) => a - b)) {
    if (await readSegmentedCheckpoint(store, version)) return version;
    if (await readCheckpoint(store, version)) return version;
  }
  return undefined;
}

/** The hint only saves steps, and might lead back behind damage that a checkpoint bypasses. */
function withoutHint(store: ObjectReader): ObjectReader {
  return {
    capabilities: store.capabilities,
    stat: (key) => store.stat(key),
    get: async (key, options) =>
      key.endsWith(HEAD_HINT_KEY) ? undefined : store.get(key, options),
    list: (prefix, options) => store.list(prefix, options),
    location: (key) => store.location(key),
    close: () => store.close(),
  };
}

function ofRun(branch: BranchId | undefined, key: ObjectKey): ObjectKey {
  return branch === undefined ? key : formatBranchKey(branch, key);
}

/** Undefined also of a malformed name: that is a problem of its own. */
function parsed<Name>(parse: (key: string) => Name | undefined, key: string): Name | undefined {
  try {
    return parse(key);
  } catch (error) {
    if (error instanceof CrvError) return undefined;
    throw error;
  }
}

async function unlessDamaged<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    const isDamage =
      error instanceof CrvError && ["CORRUPT", "LIMIT_EXCEEDED", "NOT_FOUND"].includes(error.code);
    if (isDamage) return undefined;
    throw error;
  }
}

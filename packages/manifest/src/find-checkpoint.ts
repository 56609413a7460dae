/**
 * Which checkpoint a state is read from, and when one is written. The form in segments is preferred; a
 * whole one is what trimming left, and what earlier releases wrote.
 */
import {
  CHECKPOINT_PREFIX,
  type CommitRecord,
  parseCheckpointIndexKey,
  parseCheckpointKey,
  type Version,
} from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { readCheckpoint } from "./checkpoint.js";
import { isDamage } from "./head-hint.js";
import type { RunState } from "./run-state.js";
import { readSegmentedCheckpoint } from "./segments/read-segments.js";

/** A shorter tail is replayed faster than a checkpoint is read. */
const TAIL_RECORDS_MIN = 128;

export type IsWanted = (state: RunState) => Promise<boolean>;

/**
 * Whether a checkpoint is worth it: the tail to replay has grown past a sixteenth of the tables, which
 * are what an index names anew, so that the cost per commit stays bounded by the change.
 *
 * @param times How many times that is waited for.
 * @param recordsMin Of the tail, however few the tables are.
 */
export function isCheckpointDue(
  state: RunState,
  last: Version,
  times = 1,
  recordsMin: number = TAIL_RECORDS_MIN,
): boolean {
  return state.version - last >= times * Math.max(recordsMin, state.tables.size / 16);
}

/** The sound checkpoint of `version` that `isWanted`, in either form; undefined when there is none. */
export async function checkpointAt(
  reader: ObjectReader,
  version: Version,
  isWanted: IsWanted,
): Promise<RunState | undefined> {
  for (const read of [readSegmentedCheckpoint, readCheckpoint]) {
    const state = await read(reader, version);
    if (state && (await isWanted(state))) return state;
  }
  return undefined;
}

/** The newest sound checkpoint at or below `version` that `isWanted`, or undefined. */
export async function findCheckpoint(
  reader: ObjectReader,
  version: Version,
  isWanted: IsWanted = async () => true,
): Promise<RunState | undefined> {
  const versions = new Set<Version>();
  for await (const { key } of reader.list(CHECKPOINT_PREFIX)) {
    const found = parseCheckpointKey(key) ?? parseCheckpointIndexKey(key);
    if (found !== undefined && found <= version) versions.add(found);
  }
  for (const candidate of [...versions].sort((a, b) => b - a)) {
    const state = await checkpointAt(reader, candidate, isWanted);
    if (state) return state;
  }
  return undefined;
}

/**
 * Whether a log goes on from `checkpoint`: its record is there and is the same commit, or was cleaned
 * up. One that outlived its records, or was copied from elsewhere, is bypassed.
 *
 * @param log.base Version at which it begins.
 */
export async function isOfLog(
  log: {
    readonly read: (version: Version) => Promise<CommitRecord | undefined>;
    readonly floor: Version;
    readonly base: Version;
  },
  checkpoint: RunState,
): Promise<boolean> {
  if (checkpoint.version <= log.base) return false;
  if (checkpoint.version < log.floor) return checkpoint.version + 1 === log.floor;
  try {
    return (await log.read(checkpoint.version))?.commitId === checkpoint.commitId;
  } catch (error) {
    // The checkpoint still says what the damaged record said.
    if (isDamage(error)) return true;
    throw error;
  }
}

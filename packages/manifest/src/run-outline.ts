/**
 * What is known of a version without its parts, ledger and artifacts: what opening a run asks for. It
 * is read from the index of a checkpoint alone, whose size does not grow with the run.
 */
import {
  CHECKPOINT_INDEX_BYTES_MAX,
  formatCheckpointIndexKey,
  formatRecordKey,
  RECORD_BYTES_MAX,
  type TableKey,
  type Version,
} from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { z } from "zod";
import { decodeDocument } from "./document.js";
import { readFloor } from "./floor.js";
import { isDamage } from "./head-hint.js";
import type { RunState, TableState } from "./run-state.js";
import { type CheckpointIndex, decodeIndex } from "./segments/checkpoint-index.js";
import { commitIdShape } from "./shapes.js";

export interface RunOutline
  extends Pick<RunState, "version" | "commitId" | "createdAt" | "lineage" | "refs"> {
  readonly tables: ReadonlyMap<TableKey, Omit<TableState, "parts">>;
}

/** Of a record, all that says whether a checkpoint is of its log. */
const commitShape = z.object({ commit_id: commitIdShape });

/**
 * The outline of `version` when its checkpoint is of main and the log ends there; undefined when
 * anything is in doubt, which only costs to replay. The segments are not looked at: one that is
 * damaged is bypassed when the state is read.
 */
export async function readOutline(
  reader: ObjectReader,
  version: Version,
): Promise<RunOutline | undefined> {
  try {
    if (await reader.stat(formatRecordKey(version + 1))) return undefined;
    const [index, commitId] = await Promise.all([
      readIndex(reader, version),
      readCommitId(reader, version),
    ]);
    if (index?.version !== version || index.commitId !== commitId) return undefined;
    return (await isEnd(reader, version)) ? outlineOf(index) : undefined;
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

/**
 * Whether no record follows `version`, which is known. A free number with a taken one after it is a
 * hole, not the end. Rule `floorlast`: the floor is read after the records.
 */
export async function isEnd(reader: ObjectReader, version: Version): Promise<boolean> {
  const after = await Promise.all(
    [version + 1, version + 2].map((next) => reader.stat(formatRecordKey(next))),
  );
  if (after.some((found) => found !== undefined)) return false;
  return (await readFloor(reader)) <= version + 1;
}

async function readIndex(
  reader: ObjectReader,
  version: Version,
): Promise<CheckpointIndex | undefined> {
  const bytes = await reader.get(formatCheckpointIndexKey(version), {
    sizeBytesMax: CHECKPOINT_INDEX_BYTES_MAX,
  });
  return bytes && decodeIndex(version, bytes);
}

async function readCommitId(reader: ObjectReader, version: Version) {
  const key = formatRecordKey(version);
  const bytes = await reader.get(key, { sizeBytesMax: RECORD_BYTES_MAX });
  return bytes && (await decodeDocument(key, bytes, commitShape)).commit_id;
}

function outlineOf({ tables, ledger, artifacts, ...index }: CheckpointIndex): RunOutline {
  return {
    ...index,
    tables: new Map(
      tables.map(({ segments, ...table }) => {
        const key = table.descriptor.name;
        return [key, { key, ...table }];
      }),
    ),
  };
}

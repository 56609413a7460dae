/**
 * Copies of a run into another store: all of its retained versions, or the tables of one of them. The
 * digest of every part is checked on the way. Source: docs/backup.md.
 */
import {
  CHECKPOINT_BYTES_MAX,
  formatBranchKey,
  formatCheckpointKey,
  formatFloorKey,
  formatRecordKey,
  INFO_BYTES_MAX,
  INFO_PREFIX,
  IoError,
  LOG_PREFIX,
  MAIN_BRANCH,
  parseInfoKey,
  parseRecordKey,
  RECORD_BYTES_MAX,
  SMALL_FILE_BYTES_MAX,
  type TableKey,
  type Version,
} from "@crv/core";
import { CommitLog, type RunState, raiseFloor, readFloor } from "@crv/manifest";
import type { SnapshotTarget } from "@crv/storage-trait";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { openBranchLog } from "../branches/branch-log.js";
import { neededBelow } from "../branches/keep-pinned.js";
import { findState } from "../find-state.js";
import { Copier, type CopyOptions, type CopyTarget } from "./copier.js";

export interface CopyReport {
  /** Newest version of the copy, and its oldest. */
  readonly version: Version;
  readonly floor: Version;
  readonly parts: number;
  readonly bytes: number;
}

/**
 * Copies every retained version of a run and of its branches, and what branches and tags need below the
 * floor, also while it is written: the copy ends with the versions that were the newest at the start. Parts
 * come first and records last, so that a copy that was cut off reads as an older version or none, and may
 * be done again.
 *
 * @throws IoManifestError `CORRUPT`, IoError `CORRUPT`, `NOT_FOUND` for what is damaged in the source.
 *   IoError `ALREADY_EXISTS` when something else is in the target. `ABORTED`, `IO`.
 */
export async function copyRun(
  source: ObjectReader,
  target: CopyTarget,
  options: CopyOptions = {},
): Promise<CopyReport> {
  const log = new CommitLog(source);
  const { version, refs } = await log.refresh();
  const floor = await readFloor(source);
  const branches = await openBranches(source, log, refs);
  const pinned = await neededBelow({ log, store: source }, refs, floor);
  const copier = new Copier(source, target, options);
  await checkTarget(source, target, { floor, version });
  // Until there are records, what is there is none of another program's.
  await raiseFloor(target, 1);
  for (const point of pinned) await copier.state(await log.stateOf(point));
  for (const { log: branch } of branches) await copier.added(branch, branch.baseVersion);
  if (version >= floor) {
    await copier.state(await log.stateAt(floor));
    await copier.added(log, floor, version);
  }
  for await (const { key } of source.list(INFO_PREFIX)) {
    if (parseInfoKey(key) !== undefined) await copier.file(key, INFO_BYTES_MAX);
  }
  for (const { version: needed } of pinned) {
    await copier.file(formatCheckpointKey(needed), CHECKPOINT_BYTES_MAX);
  }
  // Before the records of main, which name them.
  for (const { id, log: branch, head } of branches) {
    for (let next = branch.baseVersion + 1; next <= head; next++) {
      await copier.file(formatBranchKey(id, formatRecordKey(next)), RECORD_BYTES_MAX);
    }
  }
  if (floor > 1) {
    await copier.file(formatCheckpointKey(floor - 1), CHECKPOINT_BYTES_MAX);
    await copier.file(formatFloorKey(floor), SMALL_FILE_BYTES_MAX);
  }
  for (let next = floor; next <= version; next++) {
    await copier.file(formatRecordKey(next), RECORD_BYTES_MAX);
  }
  if ((await readFloor(source)) > floor) {
    throw new IoError("IO", "cleanup removed versions while the run was copied: copy it again");
  }
  const newest = await log.stateAt(version);
  await copier.views(newest);
  await copier.artifactViews(newest);
  return { version, floor, ...copier.copied };
}

/** The branches of main, each up to its newest version. */
async function openBranches(source: ObjectReader, main: CommitLog, refs: RunState["refs"]) {
  const branches = [];
  for (const { id } of refs?.branches.values() ?? []) {
    const log = await openBranchLog({ log: main, store: source }, id, "refuse");
    branches.push({ id, log, head: (await log.refresh()).version });
  }
  return branches;
}

/** Records that are in the target must be those of the source: an earlier copy, or one that went on. */
async function checkTarget(
  source: ObjectReader,
  target: ObjectReader,
  { floor, version }: { readonly floor: Version; readonly version: Version },
): Promise<void> {
  const sizeBytesMax = RECORD_BYTES_MAX;
  let isKnown = true;
  for await (const { key } of target.list(LOG_PREFIX)) {
    const found = parseRecordKey(key);
    if (found === undefined) continue;
    const ours = await target.get(key, { sizeBytesMax });
    const theirs = found >= floor ? await source.get(key, { sizeBytesMax }) : undefined;
    if (found <= version) isKnown = Buffer.from(ours ?? []).equals(theirs ?? new Uint8Array());
    if (isKnown) continue;
    throw new IoError(
      "ALREADY_EXISTS",
      `the target has another ${key}: it is of another run, or of versions that the source does not keep; choose an empty one`,
      { details: { key } },
    );
  }
}

/**
 * Copies the tables of one version, of any branch, as plain Parquet, each with its `manifest.json`, and
 * its tensors and files under the names of their views; only some tables when these are named.
 *
 * @throws as {@link copyRun}; IoError `NOT_FOUND` for a version that is not kept.
 */
export async function exportTables(
  source: ObjectReader,
  target: CopyTarget,
  at: SnapshotTarget,
  options: CopyOptions & { readonly tables?: readonly TableKey[] } = {},
): Promise<CopyReport> {
  const log = new CommitLog(source);
  const main = { name: MAIN_BRANCH, id: undefined };
  const { state } = await findState({ log, branch: main, main: { log, store: source } }, at);
  const copier = new Copier(source, target, options);
  for (const table of options.tables ?? state.tables.keys()) {
    await copier.parts(state.tables.get(table)?.parts ?? [], false);
  }
  await copier.views(state, options.tables);
  if (options.tables === undefined) await copier.artifactFiles(state);
  const { version } = state;
  return { version, floor: version, ...copier.copied };
}

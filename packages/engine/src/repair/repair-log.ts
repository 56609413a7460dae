/** What repair does to a log that it opened: versions that cannot be read back go. */
import {
  formatCheckpointKey,
  IoError,
  type ObjectKey,
  parseRecordKey,
  type Version,
} from "@crv/core";
import { corrupt, readSegmentedCheckpoint, writeCheckpoint } from "@crv/manifest";
import { keepPinned } from "../branches/keep-pinned.js";
import type { EngineContext } from "../engine-context.js";
import { listBelow, raiseFloorTo } from "../trim-log.js";

/**
 * As trimming, with fewer versions kept; damaged records are set aside instead of removed.
 *
 * @throws As `trimLog`.
 */
export async function raiseFloorOver(
  context: EngineContext,
  version: Version,
  damaged: readonly ObjectKey[],
  setAside: (path: ObjectKey) => Promise<void>,
): Promise<void> {
  const { store, log, residual } = context;
  await log.makeDurable(store);
  const floor = await raiseFloorTo(context, version);
  const keys = await listBelow(context, floor, await keepPinned(context, floor));
  for (const path of damaged) if ((parseRecordKey(path) ?? floor) < floor) await setAside(path);
  if (keys.length > 0) await residual.removeUnreferenced(keys, floor);
}

/** The checkpoint that stands in for records that are gone: another form of it is sound. */
export async function rewriteCheckpoint(
  { store }: EngineContext,
  version: Version,
  path: ObjectKey,
  setAside: (path: ObjectKey) => Promise<void>,
): Promise<void> {
  // No log leads to a version below the floor.
  const state = await readSegmentedCheckpoint(store, version);
  if (state === undefined) throw corrupt(path, "no other form of this checkpoint is sound");
  await setAside(path);
  const isWritten = await writeCheckpoint(store, state, "full");
  if (isWritten && (await store.makeDurable(formatCheckpointKey(version)))) return;
  throw new IoError("IO", `the checkpoint of version ${version} was not confirmed: repair again`, {
    details: { key: path, version },
  });
}

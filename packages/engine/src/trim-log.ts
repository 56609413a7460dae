/**
 * Trims the log: the records of old versions go, a checkpoint stands in for them. Their parts stay:
 * they are left to cleanup.
 *
 * Numbers that are freed must never count as free: the checkpoint, with the ledger of every id, is
 * durable first, then the floor, and only then are records removed. Killed at any step it leaves a
 * log that reads the same. Versions that a branch or tag needs stay readable: a checkpoint of each is
 * made and kept. Source: docs/design/protocol.md, "Maintenance".
 */
import {
  CHECKPOINT_PREFIX,
  FLOOR_PREFIX,
  formatCheckpointKey,
  IoError,
  IoManifestError,
  LOG_PREFIX,
  type ObjectKey,
  parseCheckpointKey,
  parseFloorKey,
  parseRecordKey,
  show,
  type Version,
} from "@crv/core";
import { raiseFloor, readCheckpoint, readFloor, writeCheckpoint } from "@crv/manifest";
import type { TrimReport } from "@crv/storage-trait";
import { checkIsMain } from "./branches/check-is-main.js";
import { keepPinned } from "./branches/keep-pinned.js";
import type { EngineContext } from "./engine-context.js";

/** Versions that are kept whatever is asked: readers of the newest ones are always at work. */
export const KEPT_VERSIONS_MIN = 3;

/**
 * @throws IoError `INVALID_ARGUMENT`; `IO` when the store did not confirm the floor: then nothing
 *   was removed. IoManifestError `CORRUPT` when the checkpoint that is needed is damaged.
 */
export async function trimLog(context: EngineContext, keepVersions: number): Promise<TrimReport> {
  if (!Number.isSafeInteger(keepVersions) || keepVersions < 1) {
    throw new IoError(
      "INVALID_ARGUMENT",
      `keepVersions must be a whole number of at least 1 (got: ${show(keepVersions)})`,
      { details: { keepVersions } },
    );
  }
  checkIsMain(context);
  const { store, residual, log } = context;
  await context.recover();
  const { version: head } = await log.refresh();
  await log.makeDurable(store);
  const kept = Math.max(keepVersions, KEPT_VERSIONS_MIN);
  const floor = await raiseFloorTo(context, head - kept + 1);
  const keys = await listBelow(context, floor, await keepPinned(context, floor));
  if (keys.length > 0) await residual.removeUnreferenced(keys, floor);
  return { floor, recordsRemoved: keys.filter((key) => parseRecordKey(key) !== undefined).length };
}

/**
 * Makes `wanted` the floor, durably, with the checkpoint that stands in for the records below it. The
 * floor only rises: the result is that of another process when it went further.
 *
 * @throws as {@link trimLog}.
 */
export async function raiseFloorTo(context: EngineContext, wanted: Version): Promise<Version> {
  const { store } = context;
  let floor = Math.max(wanted, await readFloor(store));
  while (floor > 1 && !(await checkpointBelow(context, floor))) floor = await readFloor(store);
  // Lower than that of another process by now, it counts for nothing.
  if (floor > 1) await raiseFloor(store, floor);
  return floor;
}

/**
 * What stands in for the records below `floor`. False when another process trimmed further meanwhile:
 * then neither that state nor its checkpoint need be there any more.
 */
async function checkpointBelow({ store, log }: EngineContext, floor: Version): Promise<boolean> {
  const version = floor - 1;
  const isReached = async () => (await readFloor(store)) >= floor;
  if (!(await isReached())) {
    const state = await log.stateAt(version).catch(async (error: unknown) => {
      // Another process got as far meanwhile: it has written the checkpoint, and removes the records.
      if (await isReached()) return undefined;
      throw error;
    });
    if (state !== undefined && !(await writeCheckpoint(store, state, "full"))) {
      throw new IoError(
        "IO",
        `the checkpoint of version ${version} was not confirmed: nothing was removed; try again`,
        { details: { key: formatCheckpointKey(version), version } },
      );
    }
    await store.makeDurable(formatCheckpointKey(version));
  }
  // Read back: one that was there before may be torn.
  if ((await readCheckpoint(store, version)) !== undefined) return true;
  if ((await readFloor(store)) > floor) return false;
  throw new IoManifestError(
    "CORRUPT",
    `the checkpoint of version ${version} cannot be read back: nothing was removed; restore the file from a backup`,
    { details: { key: formatCheckpointKey(version), version } },
  );
}

/** Records, checkpoints and floors that nothing needs once `floor` is durable. */
export async function listBelow(
  { store }: EngineContext,
  floor: Version,
  pinned: ReadonlySet<Version>,
): Promise<readonly ObjectKey[]> {
  const keys: ObjectKey[] = [];
  const collect = async (
    prefix: string,
    parse: (key: string) => Version | undefined,
    below: Version,
    isKept: (version: Version) => boolean = () => false,
  ): Promise<void> => {
    for await (const { key } of store.list(prefix)) {
      const version = parse(key);
      if (version !== undefined && version < below && !isKept(version)) keys.push(key);
    }
  };
  await collect(LOG_PREFIX, parseRecordKey, floor);
  await collect(CHECKPOINT_PREFIX, parseCheckpointKey, floor - 1, (version) => pinned.has(version));
  await collect(FLOOR_PREFIX, parseFloorKey, floor);
  return keys;
}

/**
 * Cleanup: old versions go, and every file of the run that no kept version names, no root needs, and
 * that is older than the grace. Killed at any step it leaves a run that reads the same.
 *
 * In this order (rules `listfirst`, `rootcheck`, `ledger`, `monotone` of docs/design/protocol.md): list
 * candidates; choose the floor and make it durable with its checkpoint; ask the roots again; read the
 * log; remove. Source: docs/design/cleanup.md.
 */
import {
  IoError,
  type ObjectKey,
  parseKeyFilterKey,
  parseMemberKey,
  show,
  type Version,
} from "@crv/core";
import { readFloor } from "@crv/manifest";
import { listLeases } from "@crv/recovery";
import type { CleanupOptions, CleanupReport } from "@crv/storage-trait";
import { checkIsMain } from "../branches/check-is-main.js";
import { keepPinned, neededBelow } from "../branches/keep-pinned.js";
import type { EngineContext } from "../engine-context.js";
import { dropDeadHolds } from "../merge/hold-merged.js";
import { KEPT_VERSIONS_MIN, listBelow, raiseFloorTo } from "../trim-log.js";
import { listCandidates, withoutKept } from "./candidates.js";
import { rootsOf } from "./roots.js";

/**
 * Longer than a scan of a whole run: younger versions and files stay, so that only who reads for longer
 * needs a lease.
 */
const GRACE_MS = 60 * 60 * 1000;
/** Files removed by one call, so that a signal is heard. */
const REMOVED_AT_ONCE = 1024;

/** @throws As `StagedStorage.cleanup`. */
export async function cleanupRun(
  context: EngineContext,
  options: CleanupOptions,
): Promise<CleanupReport> {
  const { graceMs = GRACE_MS, dryRun = false, signal } = check(options);
  checkIsMain(context);
  const { store, log, clock, liveness, residual } = context;
  if (!dryRun) {
    await context.recover();
    await dropDeadHolds(context);
  }
  const youngestMs = clock.now().getTime() - graceMs;
  const candidates = await listCandidates(context, await log.refresh(), youngestMs);
  const roots = rootsOf(context);
  const wanted = await chooseFloor(context, options, youngestMs);
  const needed = await oldestNeeded(roots);
  const asked = Math.max(await readFloor(store), Math.min(wanted, needed));
  await log.makeDurable(store);
  const floor = dryRun ? asked : await raiseFloorTo(context, asked);
  // Rule `rootcheck`: who took a lease below this floor meanwhile either sees the floor, or is seen here.
  const held = await oldestNeeded(roots);
  const below = await listBelow(context, floor, await pinned(context, floor, dryRun));
  const over = (await listLeases(store, liveness, clock)).filter(({ isOver }) => isOver);
  const unreferenced = held < floor ? [] : await withoutKept(context, candidates, floor, roots);
  const keys = [...below, ...over.map(({ key }) => key), ...unreferenced.map(({ key }) => key)];
  if (!dryRun) {
    for (let from = 0; from < keys.length; from += REMOVED_AT_ONCE) {
      if (signal?.aborted) {
        const message = "cleanup was cancelled: what it has removed is gone, nothing else changed";
        throw new IoError("ABORTED", message, { cause: signal.reason });
      }
      await residual.removeUnreferenced(keys.slice(from, from + REMOVED_AT_ONCE), floor);
    }
  }
  return {
    dryRun,
    floor,
    version: log.state.version,
    heldBy: held < Math.max(wanted, floor) ? held : undefined,
    filesRemoved: keys.length,
    removed: countKinds(keys),
    bytesRemoved: unreferenced.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

/** Versions below `floor` whose checkpoints stay, since branches or tags need them. */
async function pinned(
  context: EngineContext,
  floor: Version,
  dryRun: boolean,
): Promise<ReadonlySet<Version>> {
  if (!dryRun) return keepPinned(context, floor);
  const { refs } = await context.log.refresh();
  const needed = await neededBelow(context.main, refs, floor);
  return new Set(needed.map(({ version }) => version));
}

/** The lowest version that the options keep. */
async function chooseFloor(
  { log, store }: EngineContext,
  { keepVersions = KEPT_VERSIONS_MIN, olderThan }: CleanupOptions,
  youngestMs: number,
): Promise<Version> {
  const { version: head } = log.state;
  const last = head - Math.max(keepVersions, KEPT_VERSIONS_MIN) + 1;
  const olderThanMs = Math.min(olderThan?.getTime() ?? Number.POSITIVE_INFINITY, youngestMs);
  let low = await readFloor(store);
  let high = Math.max(low, last);
  // The lowest one that was replaced too late. Times of a log never go back.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const next = await log.read(middle + 1);
    if (next === undefined || Date.parse(next.createdAt) <= olderThanMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function oldestNeeded(roots: ReturnType<typeof rootsOf>): Promise<Version> {
  const needed = await Promise.all(roots.map((root) => root.oldestVersion()));
  return Math.min(...needed.map((version) => version ?? Number.POSITIVE_INFINITY));
}

function countKinds(keys: readonly ObjectKey[]): CleanupReport["removed"] {
  const removed = { records: 0, checkpoints: 0, parts: 0, keyFilters: 0, members: 0, others: 0 };
  for (const key of keys) {
    if (key.startsWith("_log/")) removed.records++;
    else if (key.startsWith("_checkpoints/")) removed.checkpoints++;
    else if (parseKeyFilterKey(key)) removed.keyFilters++;
    else if (parseMemberKey(key)) removed.members++;
    else if (key.startsWith("tables/")) removed.parts++;
    else removed.others++;
  }
  return removed;
}

function check(options: CleanupOptions): CleanupOptions {
  const { keepVersions, olderThan, graceMs } = options;
  const refuse = (what: string, rule: string, value: unknown): never => {
    throw new IoError("INVALID_ARGUMENT", `${what} must be ${rule} (got: ${show(value)})`, {
      details: { what, value },
    });
  };
  if (keepVersions === undefined && olderThan === undefined) {
    throw new IoError("INVALID_ARGUMENT", "cleanup needs keepVersions, olderThan, or both");
  }
  if (keepVersions !== undefined && !(Number.isSafeInteger(keepVersions) && keepVersions >= 1)) {
    refuse("keepVersions", "a whole number of at least 1", keepVersions);
  }
  if (
    olderThan !== undefined &&
    !(olderThan instanceof Date && !Number.isNaN(olderThan.getTime()))
  ) {
    refuse("olderThan", "a valid Date", olderThan);
  }
  if (graceMs !== undefined && !(Number.isSafeInteger(graceMs) && graceMs >= 0)) {
    refuse("graceMs", "a whole number of milliseconds, at least 0", graceMs);
  }
  return options;
}

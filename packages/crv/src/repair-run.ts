/** Repairs a run that may be too damaged to be opened. Never called by anything else of crv. */
import { parseRunId, parseSessionId, type RunId, ulidSource } from "@crv/core";
import {
  planRepairs,
  type RepairOptions,
  type RepairReport,
  repairRun as repairStored,
} from "@crv/engine";
import { beginSession } from "@crv/recovery";
import {
  createParquetPartStore,
  createProcessLiveness,
  openDirectoryReader,
  openDirectoryStore,
} from "@crv/storage";
import { checkKeys } from "./check-options.js";
import { publishEvent } from "./diagnostics.js";
import { openRoot } from "./open-root.js";
import { systemClock } from "./system-clock.js";
import { systemRandom } from "./system-random.js";

export interface RepairRunOptions extends RepairOptions {
  /** Directory of the store. */
  readonly root: string;
  readonly runId: string;
}

/**
 * Says what can be done about each problem that `verifyRun` finds, and what is lost by it; with `apply`,
 * does it. Without, nothing is written. Damaged files keep their bytes, in `_quarantine` of the run.
 * See docs/repair.md.
 *
 * @throws IoError `INVALID_ARGUMENT`, `NOT_FOUND`, `ABORTED`, `IO`; `IN_USE` when records would go while
 *   others may write. GrammarError `INVALID_NAME`. VersionMismatch `FORMAT_UNSUPPORTED`.
 * @throws IoManifestError `CORRUPT`, `RECOVERY_BLOCKED` when the run cannot be opened afterwards.
 */
export async function repairRun(options: RepairRunOptions): Promise<RepairReport> {
  checkKeys("repairRun", options, ["root", "runId", "deep", "apply", "signal", "onProgress"]);
  const { root, runId: given, apply = false, ...how } = options;
  const runId = parseRunId(given);
  const store = await openRoot(root, false, apply);
  const path = store.runDirectory(runId);
  return apply ? applyRepair(path, runId, how) : planRepair(path, how);
}

async function planRepair(path: string, options: RepairOptions): Promise<RepairReport> {
  const store = await openDirectoryReader({ path });
  const parts = createParquetPartStore({ store });
  try {
    return await planRepairs({ store, parts }, options);
  } finally {
    await parts.close();
    await store.close();
  }
}

async function applyRepair(
  path: string,
  runId: RunId,
  options: RepairOptions,
): Promise<RepairReport> {
  const clock = systemClock;
  const random = systemRandom;
  const durability = "full";
  const store = await openDirectoryStore({ path, create: false, random, clock, durability });
  const parts = createParquetPartStore({ store });
  const mintId = ulidSource(clock, random);
  const liveness = createProcessLiveness();
  const sessionId = parseSessionId(mintId());
  try {
    const endSession = await beginSession(
      { store, residual: store, liveness },
      { sessionId, startedAt: clock.now().toISOString() },
    );
    const opening = {
      runId,
      store,
      residual: store,
      parts,
      liveness,
      clock,
      random,
      mintId,
      durability,
      onEvent: (event: Parameters<typeof publishEvent>[1]) => publishEvent(path, event),
    } as const;
    try {
      return await repairStored(opening, options, sessionId);
    } finally {
      await endSession();
    }
  } finally {
    await parts.close();
    await store.close();
  }
}

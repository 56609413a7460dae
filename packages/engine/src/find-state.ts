/** The state that a target names. Costs a checkpoint and the records after it, whatever the target. */
import { IoError } from "@crv/core";
import type { RunState } from "@crv/manifest";
import type { SnapshotTarget } from "@crv/storage-trait";
import type { ReaderContext } from "./engine-context.js";

/** @throws IoError `NOT_FOUND` when there is no such version or operation, or it was cleaned up. */
export async function findState({ log }: ReaderContext, at: SnapshotTarget): Promise<RunState> {
  if ("version" in at && at.version !== undefined) return log.stateAt(at.version);
  if ("operationId" in at) {
    const state = await log.refresh();
    const entry = state.ledger.says(at.operationId, state.version);
    if (entry?.kind === "landed") return log.stateAt(entry.version);
    throw new IoError("NOT_FOUND", `no commit carries operation ${at.operationId}`, {
      details: { operationId: at.operationId },
    });
  }
  if ("asOf" in at) return log.stateAt(await log.versionAsOf(at.asOf));
  return log.refresh();
}

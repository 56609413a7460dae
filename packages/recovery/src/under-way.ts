/**
 * Whether the writer of an operation is at work, as far as that is cheap to tell. Each write asks it of
 * the sidecars of all others, which are there for some milliseconds and have nothing to recover.
 * Source: docs/design/landed-operations-of-living-writers.md.
 */
import { type OperationId, operationTime } from "@crv/core";
import { type ExamineContext, readSidecar } from "./examine-operations.js";
import { isLeaseOver } from "./lease.js";

/** Nearly every operation is over by then. What died sooner waits so long for the next write. */
const YOUNG_MS = 1000;

/** False when it may be over, or must be looked at more closely. */
export async function isUnderWay(
  context: ExamineContext,
  operationId: OperationId,
): Promise<boolean> {
  const { clock, liveness, log } = context;
  const age = clock.now().getTime() - operationTime(operationId).getTime();
  if (age >= 0 && age < YOUNG_MS) return true;
  const sidecar = (await readSidecar(context, operationId))?.sidecar;
  if (sidecar === undefined || (await isLeaseOver(sidecar, liveness, clock))) return false;
  return log.state.ledger.says(operationId, log.state.version)?.kind !== "aborted";
}

/** What recovery would do about operations that left a sidecar. Changes nothing. */
import type { Clock } from "@crv/core";
import { CommitLog } from "@crv/manifest";
import { type ExaminedOperation, examineOperations, listOperations } from "@crv/recovery";
import type { Liveness } from "@crv/storage-trait/liveness";
import type { ObjectReader } from "@crv/storage-trait/object-store";

export interface InspectOptions {
  readonly store: ObjectReader;
  readonly liveness: Liveness;
  readonly clock: Clock;
}

/** In the order of their ids. Operations of living writers are among them, as `leave`. */
export async function inspectOperations(
  options: InspectOptions,
): Promise<readonly ExaminedOperation[]> {
  const log = new CommitLog(options.store, "stop-before");
  const ids = await listOperations(options.store);
  const { operations, failure } = await examineOperations({ ...options, log }, ids);
  if (failure !== undefined) throw failure;
  return operations;
}

/** What recovery would do about operations that left a sidecar. Changes nothing. */
import { type BranchName, type Clock, MAIN_BRANCH } from "@crv/core";
import { CommitLog } from "@crv/manifest";
import { type ExaminedOperation, examineOperations, listOperations } from "@crv/recovery";
import type { Liveness } from "@crv/storage-trait/liveness";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { findBranch, openBranchLog } from "./branches/branch-log.js";
import { branchReader } from "./branches/branch-store.js";

export interface InspectOptions {
  readonly store: ObjectReader;
  readonly liveness: Liveness;
  readonly clock: Clock;
  /** Whose operations are looked at. */
  readonly branch: BranchName;
}

/** In the order of their ids. Operations of living writers are among them, as `leave`. */
export async function inspectOperations(
  options: InspectOptions,
): Promise<readonly ExaminedOperation[]> {
  const main = { store: options.store, log: new CommitLog(options.store, "stop-before") };
  const { branch: name, liveness, clock } = options;
  if (name !== MAIN_BRANCH) await main.log.refresh();
  const id = findBranch(main, name);
  const store = id === undefined ? options.store : branchReader(options.store, id);
  const ids = await listOperations(store);
  const log = await openBranchLog(main, id, "stop-before");
  const context = { store, log, liveness, clock, ...(id && { branch: { name, id } }) };
  const { operations, failure } = await examineOperations(context, ids);
  if (failure !== undefined) throw failure;
  return operations;
}

/**
 * The sweep: settles every operation that left a sidecar, in the order of their ids. Idempotent, safe
 * against itself run twice at once, safe when killed at any step.
 * Source: docs/design/protocol.md, "Recovery".
 */
import type { OperationId } from "@crv/core";
import { listOperations } from "./examine-operations.js";
import {
  type RecoveryContext,
  type SweptOperation,
  settleOperations,
} from "./settle-operations.js";
import { sweepViews } from "./sweep-views.js";
import { isUnderWay } from "./under-way.js";

/** What a sweep found and did. */
export interface SweepReport {
  readonly rolledForward: readonly SweptOperation[];
  readonly rolledBack: readonly SweptOperation[];
  /** Their writers may still be at work. */
  readonly left: readonly SweptOperation[];
}

export interface SweepOptions {
  /** Also bring the views of all tables up to the log. */
  readonly views: boolean;
  /** Pass over operations whose writers are at work, as far as that is cheap to tell. */
  readonly passUnderWay?: boolean;
}

/**
 * @throws IoManifestError `RECOVERY_BLOCKED` naming what contradicts the log; nothing was changed.
 * @throws VersionMismatch `FORMAT_UNSUPPORTED` for a sidecar of a later release; it stays.
 */
export async function sweep(context: RecoveryContext, options: SweepOptions): Promise<SweepReport> {
  const report: Record<keyof SweepReport, SweptOperation[]> = {
    rolledForward: [],
    rolledBack: [],
    left: [],
  };
  const others: OperationId[] = [];
  for (const operationId of await listOperations(context.store)) {
    if (context.isOwn(operationId)) continue;
    if (options.passUnderWay && (await isUnderWay(context, operationId))) continue;
    others.push(operationId);
  }
  for (const { fate, operation } of await settleOperations(context, others)) {
    report[fate].push(operation);
  }
  if (options.views && !context.branch) await sweepViews(context);
  return report;
}

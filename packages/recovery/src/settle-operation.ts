/**
 * Settles one operation that left a sidecar: does what its examination decided.
 * The names in backquotes are rules of docs/design/protocol.md.
 */
import {
  formatPartPrefix,
  formatSidecarKey,
  type ObjectKey,
  type OperationId,
  type RecoveredTable,
  TABLES_PREFIX,
  type Version,
} from "@crv/core";
import type { Publisher } from "@crv/manifest";
import type { ObjectStore } from "@crv/storage-trait/object-store";
import type { InlineCommitResidual } from "@crv/storage-trait/residual";
import { blocked } from "./blocked.js";
import {
  type ExamineContext,
  type ExaminedOperation,
  examineOperation,
} from "./examine-operation.js";
import { showTable } from "./show-table.js";

export interface RecoveryContext extends ExamineContext {
  readonly store: ObjectStore;
  readonly residual: InlineCommitResidual;
  readonly publisher: Publisher;
  /** Operations of this process that are under way: never touched. */
  readonly isOwn: (operation: OperationId) => boolean;
}

/** What became of one operation. */
export interface SweptOperation {
  readonly operationId: OperationId;
  readonly forActor: string | null;
  readonly tables: readonly RecoveredTable[];
  /** Of the record that committed, fenced or audited it; null where there is none. */
  readonly version: Version | null;
}

export interface Settled {
  readonly fate: "rolledForward" | "rolledBack" | "left";
  readonly operation: SweptOperation;
}

/** Undefined when the sidecar is gone: someone else settled it. */
export async function settleOperation(
  context: RecoveryContext,
  operationId: OperationId,
): Promise<Settled | undefined> {
  const examined = await examineOperation(context, operationId);
  if (examined === undefined) return undefined;
  // Rule `syncfound`: nothing is done because of a record that might not survive.
  await context.log.makeDurable(context.store);
  const { decision, sidecar, tables, settled } = examined;
  const operation = {
    operationId,
    forActor: sidecar?.actor ?? null,
    tables,
    version: settled?.version ?? null,
  };
  switch (decision) {
    case "abort":
      throw blocked(formatSidecarKey(operationId), describeViolation(tables));
    case "leave":
      return { fate: "left", operation };
    case "roll-forward":
      return rollForward(context, examined, operation);
    case "roll-back":
      return fence(context, examined, operation);
    case "finish-roll-back":
      return removeStaged(context, examined, operation);
  }
}

/** Rule `auditfirst`: the audit entry before the first view is touched. The sidecar goes last. */
async function rollForward(
  context: RecoveryContext,
  { ref, behind }: ExaminedOperation,
  operation: SweptOperation,
): Promise<Settled | undefined> {
  if (behind.length > 0) {
    const { operationId, forActor, tables } = operation;
    const audit = { kind: "RolledForward", operationId, forActor, tables } as const;
    const outcome = await context.publisher.publishRecovery(audit);
    if (outcome.kind === "unknown") return undefined;
  }
  for (const table of behind) await showTable(context, table);
  await context.residual.removeSidecar(ref);
  return { fate: "rolledForward", operation };
}

/** The fence first: a record that aborts the id, so that a writer that wakes up cannot commit. */
async function fence(
  context: RecoveryContext,
  examined: ExaminedOperation,
  operation: SweptOperation,
): Promise<Settled | undefined> {
  const { operationId, forActor, tables } = operation;
  const audit = { kind: "RolledBack", operationId, forActor, tables } as const;
  const outcome = await context.publisher.publishRecovery(audit, examined.sidecar?.companions);
  // Settled by another, perhaps by its own writer: look again with what the log says now.
  if (outcome.kind === "superseded") return settleOperation(context, operationId);
  if (outcome.kind === "unknown") return { fate: "left", operation };
  return removeStaged(context, examined, { ...operation, version: outcome.version });
}

/** Parts, then the sidecar. A torn sidecar does not say its tables: its parts are left to cleanup. */
async function removeStaged(
  context: RecoveryContext,
  { ref, sidecar }: ExaminedOperation,
  operation: SweptOperation,
): Promise<Settled> {
  const keys: ObjectKey[] = [];
  for (const table of sidecar?.tables.keys() ?? []) {
    for await (const { key } of context.store.list(`${TABLES_PREFIX}${table}/`)) {
      if (isPartOf(key, ref.operationId)) keys.push(key);
    }
  }
  if (keys.length > 0) await context.residual.removeStaged(ref, keys);
  await context.residual.removeSidecar(ref);
  return { fate: "rolledBack", operation };
}

/** By the prefix that its id gives, not by the one the sidecar names: that might be forged. */
function isPartOf(key: ObjectKey, operationId: OperationId): boolean {
  return key.slice(key.lastIndexOf("/") + 1).startsWith(`part-${formatPartPrefix(operationId)}`);
}

function describeViolation(tables: readonly RecoveredTable[]): string {
  const broken = tables.filter((t) => t.class === "InvariantViolation");
  return `the log contradicts it on ${broken.map((t) => `${t.table} (expected ${t.from}, found ${t.to})`).join(", ")}`;
}

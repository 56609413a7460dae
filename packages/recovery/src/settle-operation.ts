/**
 * Settles one operation that left a sidecar: gathers evidence, decides, acts.
 * The names in backquotes are rules of docs/design/protocol.md.
 */
import {
  type Clock,
  CrvError,
  type ErrorCode,
  formatPartPrefix,
  formatSidecarKey,
  MAIN_BRANCH,
  type ObjectKey,
  type OperationId,
  type OperationRef,
  type RecoveredTable,
  SIDECAR_BYTES_MAX,
  TABLES_PREFIX,
  type TableKey,
  type Version,
} from "@crv/core";
import { type CommitLog, type LedgerEntry, type Publisher, tableVersionOf } from "@crv/manifest";
import type { Liveness } from "@crv/storage-trait/liveness";
import type { ObjectStore } from "@crv/storage-trait/object-store";
import type { InlineCommitResidual } from "@crv/storage-trait/residual";
import { blocked } from "./blocked.js";
import { classify, type Evidence } from "./classify.js";
import { decide } from "./decide.js";
import { isLeaseOver } from "./lease.js";
import { readViewVersion, showTable } from "./show-table.js";
import { decodeSidecar, type Sidecar } from "./sidecar.js";

export interface RecoveryContext {
  readonly store: ObjectStore;
  readonly residual: InlineCommitResidual;
  readonly log: CommitLog;
  readonly publisher: Publisher;
  readonly liveness: Liveness;
  readonly clock: Clock;
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

/** Codes of a sidecar that is there and cannot be read: too large for one, or not whole. */
const TORN: readonly ErrorCode[] = ["CORRUPT", "LIMIT_EXCEEDED"];

/** A sidecar, or only the name of one that was torn (rule `torn`). */
interface Found {
  readonly ref: OperationRef;
  readonly sidecar: Sidecar | undefined;
}

/** Undefined when the sidecar is gone: someone else settled it. */
export async function settleOperation(
  context: RecoveryContext,
  operationId: OperationId,
): Promise<Settled | undefined> {
  const found = await readSidecar(context, operationId);
  if (found === undefined) return undefined;
  const { sidecar } = found;
  const evidence = await gather(context, operationId, sidecar);
  const tables = classify(evidence);
  const { settled } = evidence;
  const decision = decide({
    settled,
    classes: tables.map((t) => t.class),
    leaseOver:
      sidecar === undefined || (await isLeaseOver(sidecar, context.liveness, context.clock)),
  });
  const operation = { operationId, forActor: sidecar?.actor ?? null, tables };
  switch (decision) {
    case "abort":
      throw blocked(formatSidecarKey(operationId), describeViolation(tables));
    case "leave":
      return { fate: "left", operation: { ...operation, version: null } };
    case "roll-forward":
      return rollForward(context, found, evidence, operation);
    case "roll-back":
      return fence(context, found, operation);
    case "finish-roll-back":
      return removeStaged(context, found, { ...operation, version: settled?.version ?? null });
  }
}

async function readSidecar(
  context: RecoveryContext,
  operationId: OperationId,
): Promise<Found | undefined> {
  const key = formatSidecarKey(operationId);
  try {
    const bytes = await context.store.get(key, { sizeBytesMax: SIDECAR_BYTES_MAX });
    if (bytes === undefined) return undefined;
    const sidecar = await decodeSidecar(operationId, bytes);
    const { branch, base } = sidecar;
    return { ref: { operationId, branch, base }, sidecar };
  } catch (error) {
    if (!(error instanceof CrvError) || !TORN.includes(error.code)) throw error;
    return { ref: { operationId, branch: MAIN_BRANCH, base: 0 }, sidecar: undefined };
  }
}

/** Rules `viewfirst`: the views before the root; `syncfound`: a root that will not be lost. */
async function gather(
  context: RecoveryContext,
  operationId: OperationId,
  sidecar: Sidecar | undefined,
): Promise<Evidence> {
  const views = new Map<TableKey, Version>();
  for (const table of sidecar?.tables.keys() ?? []) {
    views.set(table, await readViewVersion(context.store, table));
  }
  const state = await context.log.refresh();
  await context.log.makeDurable(context.store);
  return {
    settled: state.ledger.says(operationId, state.version),
    head: state.version,
    tables: [...(sidecar?.tables ?? [])].map(([table, expected]) => ({
      table,
      expected,
      pin: tableVersionOf(state, table),
      viewVersion: views.get(table) ?? 0,
    })),
  };
}

/** Rule `auditfirst`: the audit entry before the first view is touched. The sidecar goes last. */
async function rollForward(
  context: RecoveryContext,
  { ref }: Found,
  { tables, settled }: Evidence & { readonly settled: LedgerEntry | undefined },
  operation: Omit<SweptOperation, "version">,
): Promise<Settled | undefined> {
  const { operationId, forActor } = operation;
  const { log, publisher, residual } = context;
  const behind = tables.filter(
    (t) => t.viewVersion < (log.state.tables.get(t.table)?.changedAt ?? 0),
  );
  if (behind.length > 0) {
    const outcome = await publisher.publishRecovery({
      kind: "RolledForward",
      operationId,
      forActor,
      tables: operation.tables,
    });
    if (outcome.kind === "unknown") return undefined;
  }
  for (const { table } of behind) await showTable(context, table);
  await residual.removeSidecar(ref);
  return { fate: "rolledForward", operation: { ...operation, version: settled?.version ?? null } };
}

/** The fence first: a record that aborts the id, so that a writer that wakes up cannot commit. */
async function fence(
  context: RecoveryContext,
  found: Found,
  operation: Omit<SweptOperation, "version">,
): Promise<Settled | undefined> {
  const { operationId, forActor, tables } = operation;
  const outcome = await context.publisher.publishRecovery({
    kind: "RolledBack",
    operationId,
    forActor,
    tables,
  });
  // Settled by another, perhaps by its own writer: look again with what the log says now.
  if (outcome.kind === "superseded") return settleOperation(context, operationId);
  if (outcome.kind === "unknown") {
    return { fate: "left", operation: { ...operation, version: null } };
  }
  return removeStaged(context, found, { ...operation, version: outcome.version });
}

/** Parts, then the sidecar. A torn sidecar does not say its tables: its parts are left to cleanup. */
async function removeStaged(
  context: RecoveryContext,
  { ref, sidecar }: Found,
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

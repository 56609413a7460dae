/**
 * Settles operations that left a sidecar: does what their examination decided. Those that are rolled
 * back one after another share a record, and one look at each table's parts.
 * The names in backquotes are rules of docs/design/protocol.md.
 */
import {
  FILES_PREFIX,
  formatPartPrefix,
  formatSidecarKey,
  type ObjectKey,
  type OperationId,
  type RecoveredOperation,
  type RecoveredTable,
  recoveryEntryOf,
  TABLES_MAX,
  TABLES_PREFIX,
  type TableKey,
  TENSORS_PREFIX,
  type Version,
} from "@crv/core";
import type { Publisher } from "@crv/manifest";
import type { ObjectStore } from "@crv/storage-trait/object-store";
import type { InlineCommitResidual } from "@crv/storage-trait/residual";
import { blocked } from "./blocked.js";
import {
  type ExamineContext,
  type ExaminedOperation,
  examineOperations,
} from "./examine-operations.js";
import { showArtifact } from "./show-artifact.js";
import { showTable } from "./show-table.js";

export interface RecoveryContext extends ExamineContext {
  readonly store: ObjectStore;
  readonly residual: InlineCommitResidual;
  readonly publisher: Publisher;
  /** Operations of this process that are under way: never touched. */
  readonly isOwn: (operation: OperationId) => boolean;
}

/** What became of one operation. */
export interface SweptOperation extends RecoveredOperation {
  /** Of the record that committed, fenced or audited it; null where there is none. */
  readonly version: Version | null;
}

export interface Settled {
  readonly fate: "rolledForward" | "rolledBack" | "left";
  readonly operation: SweptOperation;
}

/** Operations of one record: an entry of each is read whole with it, so they are bounded. */
const GROUP_OPERATIONS_MAX = 1024;

/** In the order of their ids. One whose sidecar is gone is left out: someone else settled it. */
export async function settleOperations(
  context: RecoveryContext,
  operationIds: readonly OperationId[],
): Promise<readonly Settled[]> {
  const { operations, failure } = await examineOperations(context, operationIds);
  if (operations.length > 0) {
    // Rule `syncfound`: nothing is done because of a record that might not survive.
    await context.log.makeDurable(context.store);
  }
  const settled: Settled[] = [];
  let next = 0;
  for (let examined = operations[next]; examined; examined = operations[next]) {
    const group = rollBacksFrom(operations, next);
    if (group.length > 0) {
      settled.push(...(await rollBack(context, group)));
      next += group.length;
      continue;
    }
    settled.push(...(await settleAlone(context, examined)));
    next++;
    if (examined.decision !== "roll-forward" || !isBehind(examined)) continue;
    // Views have moved: what the others leave to be done must be looked at again.
    const rest = operationIds.filter((id) => id > examined.ref.operationId);
    return [...settled, ...(await settleOperations(context, rest))];
  }
  if (failure !== undefined) throw failure;
  return settled;
}

/** The operations from `first` on that one record can roll back. */
function rollBacksFrom(
  operations: readonly ExaminedOperation[],
  first: number,
): readonly ExaminedOperation[] {
  const group: ExaminedOperation[] = [];
  let tableCount = 0;
  for (const examined of operations.slice(first, first + GROUP_OPERATIONS_MAX)) {
    if (!["roll-back", "finish-roll-back"].includes(examined.decision)) break;
    tableCount += examined.tables.length;
    if (group.length > 0 && tableCount > TABLES_MAX) break;
    group.push(examined);
  }
  return group;
}

async function settleAlone(
  context: RecoveryContext,
  examined: ExaminedOperation,
): Promise<readonly Settled[]> {
  const { decision, ref, tables } = examined;
  if (decision === "abort")
    throw blocked(formatSidecarKey(ref.operationId), describeViolation(tables));
  if (decision === "roll-forward") return rollForward(context, examined);
  return [{ fate: "left", operation: sweptOf(examined) }];
}

function sweptOf({ ref, sidecar, tables, settled }: ExaminedOperation): SweptOperation {
  return {
    operationId: ref.operationId,
    forActor: sidecar?.actor ?? null,
    tables,
    version: settled?.version ?? null,
  };
}

/** Rule `auditfirst`: the audit entry before the first view is touched. The sidecar goes last. */
async function rollForward(
  context: RecoveryContext,
  examined: ExaminedOperation,
): Promise<readonly Settled[]> {
  const { ref, behind, artifactsBehind, settled } = examined;
  const operation = sweptOf(examined);
  if (isBehind(examined)) {
    const audit = recoveryEntryOf("RolledForward", operation);
    const outcome = await context.publisher.publishRecovery(audit);
    if (outcome.kind === "unknown") return [];
  }
  for (const table of behind) await showTable(context, table);
  const since = (settled?.version ?? 1) - 1;
  for (const name of artifactsBehind) await showArtifact(context, name, since);
  await context.residual.removeSidecar(ref);
  return [{ fate: "rolledForward", operation }];
}

/** Whether views are to follow. */
function isBehind({ behind, artifactsBehind }: ExaminedOperation): boolean {
  return behind.length > 0 || artifactsBehind.length > 0;
}

/** The fence first: a record that aborts the ids, so that a writer that wakes up cannot commit. */
async function rollBack(
  context: RecoveryContext,
  group: readonly ExaminedOperation[],
): Promise<readonly Settled[]> {
  const { fenced, left, others } = await fence(context, group);
  await removeStaged(context, fenced);
  const settled = (fate: Settled["fate"]) => (examined: ExaminedOperation) => ({
    fate,
    operation: sweptOf(examined),
  });
  return [
    ...fenced.map(settled("rolledBack")),
    ...left.map(settled("left")),
    // Settled by another, perhaps by their own writer: looked at again with what the log says now.
    ...(await settleOperations(context, others)),
  ];
}

interface Fenced {
  /** These can never land. */
  readonly fenced: readonly ExaminedOperation[];
  /** The store did not say whether it took the fence. */
  readonly left: readonly ExaminedOperation[];
  readonly others: readonly OperationId[];
}

async function fence(
  { log, publisher }: RecoveryContext,
  group: readonly ExaminedOperation[],
): Promise<Fenced> {
  const isOpen = ({ decision }: ExaminedOperation): boolean => decision === "roll-back";
  const [first, ...more] = group.filter(isOpen).map(sweptOf);
  if (first === undefined) return { fenced: group, left: [], others: [] };
  const audit = recoveryEntryOf("RolledBack", first, more);
  const companions = group.filter(isOpen).flatMap(({ sidecar }) => sidecar?.companions ?? []);
  const outcome = await publisher.publishRecovery(audit, companions);
  if (outcome.kind === "unknown") {
    return { fenced: group.filter((one) => !isOpen(one)), left: group.filter(isOpen), others: [] };
  }
  const version = outcome.kind === "published" ? outcome.version : undefined;
  const fenced: ExaminedOperation[] = [];
  const others: OperationId[] = [];
  for (const examined of group) {
    const { operationId } = examined.ref;
    const settled = log.state.ledger.says(operationId, log.state.version);
    const isOurs = settled?.kind === "aborted" && settled.version === version;
    if (isOpen(examined) && !isOurs) others.push(operationId);
    else fenced.push({ ...examined, settled });
  }
  return { fenced, left: [], others };
}

/** Parts, then the sidecar. A torn sidecar does not say its tables: its parts are left to cleanup. */
async function removeStaged(
  context: RecoveryContext,
  group: readonly ExaminedOperation[],
): Promise<void> {
  const parts = await listParts(context, group);
  for (const { ref } of group) {
    const keys = parts.get(formatPartPrefix(ref.operationId, ref.branchId)) ?? [];
    if (keys.length > 0) await context.residual.removeStaged(ref, keys);
    await context.residual.removeSidecar(ref);
  }
}

/**
 * Parts in the tables of `group`, by the first 24 digits of their names: of what these are is known by
 * the ids, not by the prefixes that sidecars name, since those might be forged.
 */
async function listParts(
  { store }: RecoveryContext,
  group: readonly ExaminedOperation[],
): Promise<ReadonlyMap<string, readonly ObjectKey[]>> {
  const tables = new Set<TableKey>();
  for (const { sidecar } of group)
    for (const table of sidecar?.tables.keys() ?? []) tables.add(table);
  const prefixes = new Map<string, ObjectKey[]>(
    group.map(({ ref }) => [formatPartPrefix(ref.operationId, ref.branchId), []]),
  );
  const directories = [...tables].map((table) => `${TABLES_PREFIX}${table}/`);
  if (group.some(({ sidecar }) => sidecar?.artifacts)) {
    directories.push(TENSORS_PREFIX, FILES_PREFIX);
  }
  for (const directory of directories) {
    for await (const { key } of store.list(directory)) {
      prefixes.get(/\/part-([0-9a-f]{24})[^/]*$/.exec(key)?.[1] ?? "")?.push(key);
    }
  }
  return prefixes;
}

function describeViolation(tables: readonly RecoveredTable[]): string {
  const broken = tables.filter((t) => t.class === "InvariantViolation");
  return `the log contradicts it on ${broken.map((t) => `${t.table} (expected ${t.from}, found ${t.to})`).join(", ")}`;
}

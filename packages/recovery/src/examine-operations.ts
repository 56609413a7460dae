/**
 * Looks at operations that left a sidecar, and says what is to be done about each. Changes nothing.
 * The names in backquotes are rules of docs/design/protocol.md.
 */
import {
  type ArtifactName,
  type BranchId,
  type BranchName,
  type Clock,
  type CommitRecord,
  CrvError,
  type ErrorCode,
  formatSidecarKey,
  MAIN_BRANCH,
  type OperationId,
  type OperationRef,
  parseSidecarKey,
  type RecoveredTable,
  SIDECAR_BYTES_MAX,
  SIDECAR_PREFIX,
  type TableKey,
  type TableVersion,
  type Version,
} from "@crv/core";
import { type CommitLog, type LedgerEntry, type RunState, tableVersionOf } from "@crv/manifest";
import type { Liveness } from "@crv/storage-trait/liveness";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { classify, type TableEvidence } from "./classify.js";
import { type Decision, decide } from "./decide.js";
import { isLeaseOver } from "./lease.js";
import { readViewVersion } from "./show-table.js";
import { decodeSidecar, type Sidecar } from "./sidecar.js";

export interface ExamineContext {
  readonly store: ObjectReader;
  readonly log: CommitLog;
  readonly liveness: Liveness;
  readonly clock: Clock;
  /** Whose operations `store` and `log` have; absent = main. Branches publish no views. */
  readonly branch?: { readonly name: BranchName; readonly id: BranchId };
}

/** A sidecar, or only the name of one that was torn (rule `torn`). */
export interface FoundSidecar {
  readonly ref: OperationRef;
  readonly sidecar: Sidecar | undefined;
}

/** One operation that left a sidecar, seen against a snapshot of its branch that is younger. */
export interface ExaminedOperation extends FoundSidecar {
  readonly decision: Decision;
  readonly tables: readonly RecoveredTable[];
  /** What the log says of its id. */
  readonly settled: LedgerEntry | undefined;
  /** Tables whose views lag. */
  readonly behind: readonly TableKey[];
  /** Artifacts whose views may lag: all that it wrote. */
  readonly artifactsBehind: readonly ArtifactName[];
}

/** Codes of a sidecar that is there and cannot be read: too large for one, or not whole. */
const TORN: readonly ErrorCode[] = ["CORRUPT", "LIMIT_EXCEEDED"];
/** Operations that left a sidecar, in the order of their ids. */
export async function listOperations(store: ObjectReader): Promise<readonly OperationId[]> {
  const ids: OperationId[] = [];
  for await (const { key } of store.list(SIDECAR_PREFIX)) {
    const id = parseSidecarKey(key);
    if (id !== undefined) ids.push(id);
  }
  return ids.sort();
}

export interface Examined {
  /** In the order of the ids. One whose sidecar is gone is left out: someone else settled it. */
  readonly operations: readonly ExaminedOperation[];
  /** Why the look ended early, at a sidecar that this release cannot read, or a store that failed. */
  readonly failure: unknown;
}

/** Looks at operations together: one look at each view, and one at the log, for all of them. */
export async function examineOperations(
  context: ExamineContext,
  operationIds: readonly OperationId[],
): Promise<Examined> {
  const { found, failure } = await readSidecars(context, operationIds);
  // Rule `viewfirst`: the views before the root.
  const views = new Map<TableKey, Version>();
  const shown = context.branch ? [] : found;
  for (const table of new Set(
    shown.flatMap(({ sidecar }) => [...(sidecar?.tables.keys() ?? [])]),
  )) {
    views.set(table, await readViewVersion(context.store, table));
  }
  const operations: ExaminedOperation[] = [];
  if (found.length === 0) return { operations, failure };
  const state = await context.log.refresh();
  for (const one of found) {
    const leaseOver = await isOver(context, one);
    if (leaseOver === undefined) continue;
    operations.push(await examine(context, one, { views, state, leaseOver }));
  }
  return { operations, failure };
}

/**
 * Whether nobody works at the operation any more; undefined when its sidecar is gone. A writer that had
 * ended when it was asked for may have tidied up before it did, after its sidecar was read.
 */
async function isOver(
  { store, liveness, clock }: ExamineContext,
  { ref, sidecar }: FoundSidecar,
): Promise<boolean | undefined> {
  if (sidecar === undefined) return true;
  if (!(await isLeaseOver(sidecar, liveness, clock))) return false;
  return (await store.stat(formatSidecarKey(ref.operationId))) === undefined ? undefined : true;
}

interface Seen {
  readonly views: ReadonlyMap<TableKey, Version>;
  readonly state: RunState;
  readonly leaseOver: boolean;
}

async function examine(
  context: ExamineContext,
  found: FoundSidecar,
  { views, state, leaseOver }: Seen,
): Promise<ExaminedOperation> {
  const { ref, sidecar } = found;
  const expected = sidecar?.tables ?? new Map<TableKey, TableVersion | null>();
  const settled = state.ledger.says(ref.operationId, state.version);
  const record = settled?.kind === "landed" ? await context.log.read(settled.version) : undefined;
  const landedAs = landedVersions(record);
  const evidence = [...expected].map(
    ([table, version]): TableEvidence => ({
      table,
      expected: version,
      pin: tableVersionOf(state, table),
      landedAs: landedAs.get(table),
      viewVersion: views.get(table) ?? 0,
    }),
  );
  const tables = classify({ settled, head: state.version, tables: evidence });
  const decision = decide({
    settled,
    classes: tables.map((table) => table.class),
    leaseOver,
  });
  const behind = (context.branch ? [] : evidence)
    .filter(({ table, viewVersion }) => viewVersion < (state.tables.get(table)?.changedAt ?? 0))
    .map(({ table }) => table);
  // What a view shows cannot be told from its size: whoever died may have shown some of them.
  const artifactsBehind = context.branch ? [] : [...(record?.artifacts?.keys() ?? [])];
  return { ...found, decision, tables, settled, behind, artifactsBehind };
}

/** As which version of each table the operation landed. */
function landedVersions(record: CommitRecord | undefined): ReadonlyMap<TableKey, TableVersion> {
  return new Map([...(record?.tables ?? [])].map(([table, change]) => [table, change.version]));
}

/** Stops at the first that cannot be read: the ones before it may be settled all the same. */
async function readSidecars(
  context: ExamineContext,
  operationIds: readonly OperationId[],
): Promise<{ readonly found: readonly FoundSidecar[]; readonly failure: unknown }> {
  const found: FoundSidecar[] = [];
  try {
    for (const operationId of operationIds) {
      const one = await readSidecar(context, operationId);
      if (one) found.push(one);
    }
    return { found, failure: undefined };
  } catch (failure) {
    return { found, failure };
  }
}

/** Undefined when it is gone. */
export async function readSidecar(
  context: ExamineContext,
  operationId: OperationId,
): Promise<FoundSidecar | undefined> {
  const key = formatSidecarKey(operationId);
  const { branch } = context;
  const named = {
    operationId,
    branch: branch?.name ?? MAIN_BRANCH,
    ...(branch && { branchId: branch.id }),
  };
  try {
    const bytes = await context.store.get(key, { sizeBytesMax: SIDECAR_BYTES_MAX });
    if (bytes === undefined) return undefined;
    const sidecar = await decodeSidecar(operationId, bytes);
    return { ref: { ...named, base: sidecar.base }, sidecar };
  } catch (error) {
    if (!(error instanceof CrvError) || !TORN.includes(error.code)) throw error;
    return { ref: { ...named, base: 0 }, sidecar: undefined };
  }
}

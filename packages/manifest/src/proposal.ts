/**
 * What an operation wants to commit, as data, and what the log says to it. Pure.
 * Source: docs/design/protocol.md, "Commit" and "Conflicts".
 */
import {
  type ArtifactMember,
  type ArtifactName,
  type BranchName,
  type CommitId,
  type CommitKind,
  type CommitPoint,
  type CommitRecord,
  type Conflict,
  FORMAT_VERSION,
  type ObjectKey,
  type OperationEntry,
  type OperationId,
  type OperationKind,
  type OperationRef,
  type PartEntry,
  type RecoveryEntry,
  recoveriesOf,
  type SharedRows,
  type TableChange,
  type TableDescriptor,
  type TableKey,
  type TableVersion,
  type Version,
} from "@crv/core";
import { findFileBelow } from "./artifacts/file-clash.js";
import { equalLineages, type Lineage } from "./lineage.js";
import { branchNameOf, findRefConflict, NO_REFS, type RefsEdit } from "./refs.js";
import { fitsTable, type RunState, type TableState, tableVersionOf } from "./run-state.js";

/** What an operation does to one table. */
export interface TableEdit {
  /** The descriptor under which the parts were written. */
  readonly descriptor: TableDescriptor;
  /**
   * Version of the run in which the table had this descriptor; absent for one that came to be since. A
   * column may have been dropped and added again: then the descriptor is the same, and the table is not.
   */
  readonly readAt?: Version;
  /** Present when the commit gives the table this descriptor: columns that it drops. */
  readonly evolution?: { readonly dropped: readonly string[] };
  readonly add: readonly PartEntry[];
  readonly remove: readonly ObjectKey[];
}

/** What an operation does to artifacts. */
export interface ArtifactEdits {
  /** Version that was seen of each artifact that is written or asserted; 0 = absent. */
  readonly expected: ReadonlyMap<ArtifactName, Version>;
  /** Members of each that is written; none = it is removed. */
  readonly changes: ReadonlyMap<ArtifactName, readonly ArtifactMember[]>;
}

/** One operation of several that are committed by the same edits: all of them or none. */
export interface Companion {
  readonly ref: OperationRef;
  readonly actor: string | null;
  readonly message: string | null;
  readonly expected: ReadonlyMap<TableKey, TableVersion | null>;
  readonly shared: SharedRows;
}

/** What makes an operation a branch merge. */
export interface MergeEdit {
  /** The commit that is merged, then what it holds of other branches and the target does not. */
  readonly merged: readonly [CommitPoint, ...CommitPoint[]];
  /** Lineage of the state that it was merged with. */
  readonly lineage: Lineage;
  /** The branch that parts are taken over from: in main it must be there, or they may be gone. */
  readonly source: BranchName;
}

export interface Proposal {
  readonly ref: OperationRef;
  readonly mode: "blind" | "strict" | "content-preserving";
  readonly actor: string | null;
  readonly message: string | null;
  readonly kind: OperationKind;
  /** Read set and touched tables; null = blind. */
  readonly expected: ReadonlyMap<TableKey, TableVersion | null>;
  readonly edits: ReadonlyMap<TableKey, TableEdit>;
  readonly artifacts?: ArtifactEdits | undefined;
  readonly merge?: MergeEdit | undefined;
  /** Names to make or delete, of main. */
  readonly refs?: RefsEdit;
  /** Present when the edits hold the rows of several appends: its own part of them. */
  readonly shared?: SharedRows;
  readonly companions?: readonly Companion[];
  /** Parts that are there, and are to become durable before the record appears. */
  readonly unsynced?: readonly ObjectKey[];
}

/** Its own id first. */
export function operationIds({ ref, companions = [] }: Proposal): readonly OperationId[] {
  return [ref.operationId, ...companions.map((c) => c.ref.operationId)];
}

export type Judgement =
  | { readonly kind: "free" }
  | { readonly kind: "landed"; readonly version: Version }
  | { readonly kind: "conflict"; readonly conflict: Conflict };

/** Whether `proposal` may become the version after `state`. Its own id is looked up first. */
export function judge(proposal: Proposal, state: RunState): Judgement {
  const settled = state.ledger.says(proposal.ref.operationId, state.version);
  if (settled?.kind === "landed") return { kind: "landed", version: settled.version };
  if (settled?.kind === "aborted") {
    return { kind: "conflict", conflict: { kind: "Fenced", at: settled.version } };
  }
  // A companion that was settled before is alone in that: none of the others is.
  const elsewhere = (proposal.companions ?? [])
    .map((c) => state.ledger.says(c.ref.operationId, state.version))
    .find((entry) => entry !== undefined);
  if (elsewhere) return { kind: "conflict", conflict: { kind: "Fenced", at: elsewhere.version } };
  const conflict = findConflict(proposal, state);
  return conflict ? { kind: "conflict", conflict } : { kind: "free" };
}

function findConflict(proposal: Proposal, state: RunState): Conflict | undefined {
  for (const [tableKey, expected] of proposal.expected) {
    const table = state.tables.get(tableKey);
    // A commit that only rearranged parts moves the table version, but nothing that was read.
    if (expected !== null && (table?.contentVersion ?? 0) > expected) {
      return { kind: "ExpectedVersionMismatch", tableKey, expected, actual: table?.version ?? 0 };
    }
  }
  for (const [artifact, expected] of proposal.artifacts?.expected ?? []) {
    const actual = state.artifacts.versionOf(artifact, state.version);
    if (actual !== expected) return { kind: "ArtifactChanged", artifact, expected, actual };
  }
  if (proposal.artifacts && state.version > proposal.ref.base) {
    const below = findFileBelow(proposal.artifacts.changes, state.artifacts, state.version);
    if (below) return below;
  }
  const mergeConflict = proposal.merge && findMergeConflict(proposal.merge, state);
  if (mergeConflict) return mergeConflict;
  const refConflict = proposal.refs && findRefConflict(state.refs ?? NO_REFS, proposal.refs);
  if (refConflict) return refConflict;
  const newcomer = findNewReference(proposal, state);
  if (newcomer !== undefined) return newcomer;
  for (const [tableKey, edit] of proposal.edits) {
    const table = state.tables.get(tableKey);
    if (edit.evolution !== undefined) {
      // Strict in what it changes: also parts that were only rearranged were written before it.
      const expected = proposal.expected.get(tableKey) ?? 0;
      const actual = table?.version ?? 0;
      if (actual !== expected) {
        return { kind: "ExpectedVersionMismatch", tableKey, expected, actual };
      }
    } else if (table && !fitsEdit(table, edit)) {
      return { kind: "SchemaChanged", tableKey, at: table.describedAt };
    }
    // Files of other programs have names that another operation may know, too.
    if (edit.add.some(({ path }) => state.paths.has(path, state.version))) {
      return { kind: "PartsReplaced", tableKey, at: state.version };
    }
    if (!edit.remove.every((path) => table?.parts.has(path))) {
      return { kind: "PartsReplaced", tableKey, at: state.version };
    }
  }
  return undefined;
}

function findMergeConflict(merge: MergeEdit, state: RunState): Conflict | undefined {
  const { merged, lineage, source } = merge;
  if (!equalLineages(lineage, state.lineage)) return { kind: "HistoryMerged", at: state.version };
  const { branchId } = merged[0];
  if (state.refs === null || branchId === null) return undefined;
  const isLiving = branchNameOf(state.refs, branchId) !== undefined;
  return isLiving ? undefined : { kind: "BranchDeleted", branch: source };
}

function fitsEdit(table: TableState, { descriptor, readAt }: TableEdit): boolean {
  return fitsTable(table, descriptor) && !(readAt !== undefined && table.describedAt > readAt);
}

/**
 * A table that came to be after the base and references one that is edited: the constraints of the
 * operation were checked as if it did not exist. Only edits that can break the reference count.
 */
function findNewReference(proposal: Proposal, state: RunState): Conflict | undefined {
  const { mode, ref, expected, edits } = proposal;
  if (mode === "content-preserving" || state.version === ref.base) return undefined;
  for (const { key, version, describedAt, descriptor } of state.tables.values()) {
    if (describedAt <= ref.base || expected.get(key) != null) continue;
    const isBreakable = descriptor.constraints.references.some(({ table, cardinality }) => {
      const edit = edits.get(table);
      return edit && (edit.remove.length > 0 || (cardinality.min > 0 && edit.add.length > 0));
    });
    if (isBreakable) {
      return { kind: "ExpectedVersionMismatch", tableKey: key, expected: 0, actual: version };
    }
  }
  return undefined;
}

export interface RecordIdentity {
  readonly commitId: CommitId;
  readonly createdAt: string;
}

/** The record that commits `proposals` together after `state`. They must be judged free. */
export function composeCommit(
  proposals: readonly Proposal[],
  state: RunState,
  identity: RecordIdentity,
): CommitRecord {
  const tables = new Map<TableKey, TableChange>();
  for (const proposal of proposals) {
    for (const [table, edit] of proposal.edits) {
      tables.set(table, combine(tables.get(table), edit, proposal, tableVersionOf(state, table)));
    }
  }
  const artifacts = new Map(proposals.flatMap((p) => [...(p.artifacts?.changes ?? [])]));
  // One that changes refs is alone.
  const [refs] = proposals.flatMap((proposal) => proposal.refs ?? []);
  // So is one that merges: it is strict.
  const [merged] = proposals.flatMap(({ merge }) => (merge ? [merge.merged] : []));
  return {
    ...header(state, identity, merged?.[0]),
    kind: kindOf(proposals),
    operations: proposals.flatMap((p) => [
      { ...describe(p, p.kind), ...(p.artifacts && { artifacts: p.artifacts.expected }) },
      ...(p.companions ?? []).map((companion) => describe(companion, p.kind)),
    ]),
    aborts: [],
    tables,
    ...(artifacts.size > 0 && { artifacts }),
    ...(merged && { merged }),
    ...(refs && { refs: refs.change }),
  };
}

function describe(
  { ref, actor, message, expected, shared }: Proposal | Companion,
  kind: OperationKind,
): OperationEntry {
  return {
    id: ref.operationId,
    actor,
    message,
    kind,
    tables: expected,
    ...(shared && { shared }),
  };
}

/**
 * The record that fences operations, or audits the roll-forward of one.
 *
 * @param companions Fenced with it, unless they are settled.
 */
export function composeRecovery(
  recovery: RecoveryEntry,
  operation: { readonly ref: OperationRef; readonly actor: string },
  state: RunState,
  identity: RecordIdentity,
  companions: readonly OperationId[] = [],
): CommitRecord {
  const ids = recoveriesOf({ recovery }).map(({ operationId }) => operationId);
  const open = companions.filter((id) => state.ledger.says(id, state.version) === undefined);
  return {
    ...header(state, identity),
    kind: "recovery",
    operations: [
      {
        id: operation.ref.operationId,
        actor: operation.actor,
        message: null,
        kind: "recovery",
        tables: new Map(),
      },
    ],
    aborts: recovery.kind === "RolledBack" ? [...new Set([...ids, ...open])] : [],
    tables: new Map(),
    recovery,
  };
}

function header(state: RunState, identity: RecordIdentity, second?: CommitPoint) {
  return {
    format: FORMAT_VERSION,
    version: state.version + 1,
    commitId: identity.commitId,
    parents: [state.commitId, second?.commitId ?? null].filter((id) => id !== null),
    createdAt: identity.createdAt,
  } as const;
}

function kindOf(proposals: readonly Proposal[]): CommitKind {
  if (proposals.some((p) => p.refs)) return "refs";
  if (proposals.some((p) => p.merge)) return "merge";
  return proposals.every((p) => p.mode === "content-preserving") ? "optimize" : "data";
}

function combine(
  before: TableChange | undefined,
  edit: TableEdit,
  proposal: Proposal,
  tableVersion: TableVersion,
): TableChange {
  const { evolution } = edit;
  const isDescribed = tableVersion === 0 || evolution !== undefined;
  const descriptor = before?.descriptor ?? (isDescribed ? edit.descriptor : undefined);
  const dropped = evolution?.dropped ?? [];
  return {
    version: tableVersion + 1,
    ...(descriptor && { descriptor }),
    ...(dropped.length > 0 && { dropped }),
    add: [...(before?.add ?? []), ...edit.add],
    remove: [...(before?.remove ?? []), ...edit.remove],
    ...(proposal.mode === "content-preserving" && { preserving: true }),
  };
}

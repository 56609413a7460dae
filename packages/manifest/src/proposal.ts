/**
 * What an operation wants to commit, as data, and what the log says to it. Pure.
 * Source: docs/design/protocol.md, "Commit" and "Conflicts".
 */
import {
  type CommitId,
  type CommitKind,
  type CommitRecord,
  type Conflict,
  FORMAT_VERSION,
  type ObjectKey,
  type OperationKind,
  type OperationRef,
  type PartEntry,
  type RecoveryEntry,
  type TableChange,
  type TableDescriptor,
  type TableKey,
  type TableVersion,
  type Version,
} from "@crv/core";
import { fitsTable, type RunState, tableVersionOf } from "./run-state.js";

/** What an operation does to one table. */
export interface TableEdit {
  /** The descriptor under which the parts were written. */
  readonly descriptor: TableDescriptor;
  readonly add: readonly PartEntry[];
  readonly remove: readonly ObjectKey[];
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
  for (const [tableKey, edit] of proposal.edits) {
    const table = state.tables.get(tableKey);
    if (table && !fitsTable(table, edit.descriptor)) {
      return { kind: "SchemaChanged", tableKey, at: table.describedAt };
    }
    if (edit.remove.length > 0) {
      const present = new Set(table?.parts.map((p) => p.path));
      if (!edit.remove.every((path) => present.has(path))) {
        return { kind: "PartsReplaced", tableKey, at: state.version };
      }
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
  return {
    ...header(state, identity),
    kind: kindOf(proposals),
    operations: proposals.map((p) => ({
      id: p.ref.operationId,
      actor: p.actor,
      message: p.message,
      kind: p.kind,
      tables: p.expected,
    })),
    aborts: [],
    tables,
  };
}

/** The record that fences an operation, or audits its roll-forward. */
export function composeRecovery(
  recovery: RecoveryEntry,
  operation: { readonly ref: OperationRef; readonly actor: string },
  state: RunState,
  identity: RecordIdentity,
): CommitRecord {
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
    aborts: recovery.kind === "RolledBack" ? [recovery.operationId] : [],
    tables: new Map(),
    recovery,
  };
}

function header(state: RunState, identity: RecordIdentity) {
  return {
    format: FORMAT_VERSION,
    version: state.version + 1,
    commitId: identity.commitId,
    parents: state.commitId === null ? [] : [state.commitId],
    createdAt: identity.createdAt,
  } as const;
}

function kindOf(proposals: readonly Proposal[]): CommitKind {
  return proposals.every((p) => p.mode === "content-preserving") ? "optimize" : "data";
}

function combine(
  before: TableChange | undefined,
  edit: TableEdit,
  proposal: Proposal,
  tableVersion: TableVersion,
): TableChange {
  const descriptor = before?.descriptor ?? (tableVersion === 0 ? edit.descriptor : undefined);
  return {
    version: tableVersion + 1,
    ...(descriptor && { descriptor }),
    add: [...(before?.add ?? []), ...edit.add],
    remove: [...(before?.remove ?? []), ...edit.remove],
    ...(proposal.mode === "content-preserving" && { preserving: true }),
  };
}

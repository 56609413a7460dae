/** What recovery would do, does now and did before: as tables, and as documents. */
import {
  type CommitRecord,
  describeSidecar,
  type ExaminedOperation,
  recoveriesOf,
  type SweepReport,
  type SweptOperation,
} from "crv";
import { textTable } from "./text-table.js";

type Decision = ExaminedOperation["decision"];

export const RECOVERY_WORDS = {
  RolledForward: "rolled forward",
  RolledBack: "rolled back",
} as const;

const DECISION_WORDS: Readonly<Record<Decision, string>> = {
  abort: "stop: the log contradicts it",
  "roll-forward": "roll it forward: it landed",
  leave: "leave it: its writer may be at work",
  "roll-back": "roll it back: it did not land",
  "finish-roll-back": "finish rolling it back: it was aborted",
};

/** What the decision says of the writer; null where it does not depend on it. */
const OWNER_GONE: Readonly<Record<Decision, boolean | null>> = {
  abort: null,
  "roll-forward": true,
  leave: false,
  "roll-back": true,
  "finish-roll-back": null,
};

/** Operations that left a sidecar, and what recovery would do about each. */
export function formatPending(operations: readonly ExaminedOperation[]): string {
  if (operations.length === 0) return "recovery: nothing is pending\n";
  const columns = ["operation", "actor", "writer", "owner", "tables", "recovery would"];
  return textTable(
    columns.map((name) => ({ name })),
    operations.map(({ ref, sidecar, decision, tables }) => [
      ref.operationId,
      sidecar?.actor ?? "",
      sidecar?.writerKind ?? "unknown, torn sidecar",
      sidecar === undefined ? "" : describeOwner(sidecar.owner.pid, decision),
      formatClasses(tables),
      DECISION_WORDS[decision],
    ]),
  );
}

export function describePending(operation: ExaminedOperation): Record<string, unknown> {
  const { ref, decision, tables, settled, behind, sidecar } = operation;
  return {
    operation_id: ref.operationId,
    actor: sidecar?.actor ?? null,
    writer_kind: sidecar?.writerKind ?? null,
    owner_pid: sidecar?.owner.pid ?? null,
    owner_gone: sidecar === undefined ? null : OWNER_GONE[decision],
    tables,
    decision,
    settled: settled ?? null,
    views_behind: behind,
    sidecar: sidecar === undefined ? null : describeSidecar(sidecar),
  };
}

/** What opening a run for writing has settled. */
export function formatSweep(report: SweepReport): string {
  const rows = [
    ...sweptRows(RECOVERY_WORDS.RolledForward, report.rolledForward),
    ...sweptRows(RECOVERY_WORDS.RolledBack, report.rolledBack),
    ...sweptRows("left, its writer may be at work", report.left),
  ];
  if (rows.length === 0) return "recovery: nothing was pending\n";
  const columns = ["what", "operation", "of", "tables"];
  return textTable(
    [...columns.map((name) => ({ name })), { name: "version", align: "right" }],
    rows,
  );
}

export function describeSweep({ rolledForward, rolledBack, left }: SweepReport): object {
  return {
    rolled_forward: rolledForward.map(describeSwept),
    rolled_back: rolledBack.map(describeSwept),
    left: left.map(describeSwept),
  };
}

/** Commits of earlier recoveries. */
export function formatRecoveries(records: readonly CommitRecord[]): string {
  const rows = records.flatMap((record) =>
    recoveriesOf(record).map(({ kind, operationId, forActor, tables }) => [
      String(record.version),
      record.createdAt,
      RECOVERY_WORDS[kind],
      operationId,
      forActor ?? "",
      formatClasses(tables),
    ]),
  );
  if (rows.length === 0) return "recovery: none so far\n";
  const columns = ["version", "time", "what", "operation", "of", "tables"];
  return textTable(
    columns.map((name) => ({ name })),
    rows,
  );
}

function sweptRows(what: string, operations: readonly SweptOperation[]): string[][] {
  return operations.map(({ operationId, forActor, tables, version }) => [
    what,
    operationId,
    forActor ?? "",
    formatClasses(tables),
    version === null ? "" : String(version),
  ]);
}

function describeSwept({ operationId, forActor, tables, version }: SweptOperation): object {
  return { operation_id: operationId, for_actor: forActor, tables, version };
}

function describeOwner(pid: number, decision: Decision): string {
  const gone = OWNER_GONE[decision];
  if (gone === null) return `pid ${pid}`;
  return gone ? `pid ${pid}, gone` : `pid ${pid}, may be alive`;
}

function formatClasses(tables: ExaminedOperation["tables"]): string {
  return tables.map((table) => `${table.table} ${table.class}`).join(", ");
}

/** Commit records as cells of a table. */
import type { CommitRecord } from "crv";
import { formatCount } from "./figures.js";
import { RECOVERY_WORDS } from "./recovery-view.js";

/** Version, time, actor, changes, message. */
export function commitRow(record: CommitRecord): string[] {
  return [
    String(record.version),
    record.createdAt,
    distinct(record.operations.map(({ actor }) => actor)),
    describeChanges(record),
    distinct(record.operations.map(({ message }) => message)),
  ];
}

function describeChanges({ kind, tables, refs, recovery }: CommitRecord): string {
  if (recovery !== undefined) {
    const others = recovery.others ? ` and ${formatCount(recovery.others.length)} more` : "";
    return `${RECOVERY_WORDS[recovery.kind]} ${recovery.operationId}${others}`;
  }
  if (refs !== undefined) {
    const word = (entry: object | null) => (entry === null ? "deleted" : "made");
    return [
      ...[...refs.branches].map(([name, entry]) => `branch ${name} ${word(entry)}`),
      ...[...refs.tags].map(([name, entry]) => `tag ${name} ${word(entry)}`),
    ].join(", ");
  }
  const changes = [...tables].map(([table, { add, remove }]) => {
    const rows = add.reduce((sum, part) => sum + part.rows, 0);
    const removed = remove.length === 0 ? "" : ` -${formatCount(remove.length)} parts`;
    return `${table} +${formatCount(rows)} rows${removed}`;
  });
  return changes.join(", ") || kind;
}

function distinct(texts: readonly (string | null)[]): string {
  return [...new Set(texts.filter((text) => text !== null))].join(", ");
}

/** What a stage call tells of what it wrote. */
import type { OperationKind, PartEntry, TableKey } from "@crv/core";
import type { StagedHandle, StageKind } from "@crv/storage-trait";
import { sealed } from "@crv/storage-trait/seal";

export function stagedHandle(
  kind: StageKind,
  table: TableKey,
  parts: readonly PartEntry[],
  rowsAdded: number,
  rowsRemoved: number,
): StagedHandle {
  return Object.freeze({
    [sealed]: "staged" as const,
    kind,
    table,
    rowsAdded,
    rowsRemoved,
    parts,
  });
}

/** Several writes to one table as one. */
export function sumOf(
  kind: StageKind,
  table: TableKey,
  handles: readonly StagedHandle[],
): StagedHandle {
  const parts = handles.flatMap((handle) => handle.parts);
  const added = handles.reduce((sum, handle) => sum + handle.rowsAdded, 0);
  const removed = handles.reduce((sum, handle) => sum + handle.rowsRemoved, 0);
  return stagedHandle(kind, table, parts, added, removed);
}

export function countRows(parts: readonly PartEntry[]): number {
  return parts.reduce((sum, part) => sum + part.rows, 0);
}

/** @param beside What it writes that is no table. */
export function operationKind(
  stages: Iterable<StageKind>,
  tableCount: number,
  beside: OperationKind | undefined,
): OperationKind {
  if (beside) return tableCount > 0 ? "transaction" : beside;
  const kinds = [...stages].filter((kind) => kind !== "schema");
  if (kinds.length === 0) return "schema";
  return kinds.length === 1 && tableCount === 1 ? (kinds[0] as StageKind) : "transaction";
}

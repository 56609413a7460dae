/** What an append, or one table of a transaction, did. */
import {
  formatPartPrefix,
  type OperationRef,
  type PartEntry,
  parsePartKey,
  type RunId,
  type TableKey,
  type Version,
} from "@crv/core";
import type { Durability, StagedStorage } from "@crv/storage-trait";

/** Rows that were written to one table. */
export interface WrittenRows {
  readonly table: TableKey;
  readonly parts: readonly AppendedPart[];
  readonly rows: number;
  /** Ids of the buckets that got rows, ascending. */
  readonly buckets: readonly number[];
  /** Columns of the input that the table does not have. Empty unless `strictSchema` is off. */
  readonly ignoredColumns: readonly string[];
}

export interface AppendResult extends WrittenRows {
  /** Version of the run that holds the rows; of an empty append the current one. */
  readonly version: Version;
  readonly runId: RunId;
  /** What the commit survives: `full` a power failure, `process` the end of the process. */
  readonly durability: Durability;
}

export interface AppendedPart {
  readonly bucketId: number;
  /** Relative to the run. */
  readonly path: string;
  /** Of the part; small appends that are under way together share one. */
  readonly rows: number;
  readonly bytes: number;
  /** Inclusive; null in a table without a tick column. */
  readonly tickMin: number | null;
  readonly tickMax: number | null;
}

/** Rows and the parts that hold them, which may also hold those of other appends. */
export interface StoredRows {
  readonly rows: number;
  /** Ids of buckets, ascending. */
  readonly buckets: readonly number[];
  readonly parts: readonly PartEntry[];
}

export function describeRows(
  table: TableKey,
  { rows, buckets, parts }: StoredRows,
  ignoredColumns: readonly string[],
): WrittenRows {
  return { table, parts: parts.map(describePart), rows, buckets, ignoredColumns };
}

/** Rows that have `parts` to themselves. */
export function rowsOfParts(parts: readonly PartEntry[]): StoredRows {
  return {
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    buckets: [...new Set(parts.map((part) => part.bucket))].sort((a, b) => a - b),
    parts,
  };
}

/** What the operation added to the table in `version`. A group commit also has parts of others. */
export async function landedRows(
  storage: StagedStorage,
  { operationId, branchId }: OperationRef,
  version: Version,
  table: TableKey,
): Promise<StoredRows> {
  for await (const record of storage.commits({ after: version - 1 })) {
    const shared = record.operations.find((operation) => operation.id === operationId)?.shared;
    const leader = shared?.leader ?? operationId;
    // It may have landed before the branch was made.
    const prefixes = [formatPartPrefix(leader), formatPartPrefix(leader, branchId)];
    const added = record.tables.get(table)?.add ?? [];
    const parts = added.filter(({ path }) => {
      const id = parsePartKey(path)?.id ?? "";
      return prefixes.some((prefix) => id.startsWith(prefix));
    });
    if (shared === undefined) return rowsOfParts(parts);
    return { ...shared, parts: parts.filter((part) => shared.buckets.includes(part.bucket)) };
  }
  return rowsOfParts([]);
}

function describePart(part: PartEntry): AppendedPart {
  const { bucket: bucketId, path, rows, bytes, tickMin, tickMax } = part;
  return { bucketId, path, rows, bytes, tickMin, tickMax };
}

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
  readonly rows: number;
  readonly bytes: number;
  /** Inclusive; null in a table without a tick column. */
  readonly tickMin: number | null;
  readonly tickMax: number | null;
}

export function describeRows(
  table: TableKey,
  parts: readonly PartEntry[],
  ignoredColumns: readonly string[],
): WrittenRows {
  return {
    table,
    parts: parts.map(describePart),
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    buckets: [...new Set(parts.map((part) => part.bucket))].sort((a, b) => a - b),
    ignoredColumns,
  };
}

/** Parts of the table that the operation added in `version`. A group commit also has those of others. */
export async function landedParts(
  storage: StagedStorage,
  { operationId }: OperationRef,
  version: Version,
  table: TableKey,
): Promise<readonly PartEntry[]> {
  const prefix = formatPartPrefix(operationId);
  for await (const record of storage.commits({ after: version - 1 })) {
    const added = record.tables.get(table)?.add ?? [];
    return added.filter((part) => parsePartKey(part.path)?.id.startsWith(prefix));
  }
  return [];
}

function describePart(part: PartEntry): AppendedPart {
  const { bucket: bucketId, path, rows, bytes, tickMin, tickMax } = part;
  return { bucketId, path, rows, bytes, tickMin, tickMax };
}

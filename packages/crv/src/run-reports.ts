/** What a run is asked of its history, and what it tells of itself. */
import {
  type CommitRecord,
  parseTableKey,
  type TableKey,
  type TableManifest,
  type TableVersion,
  type Version,
} from "@crv/core";
import type { OpenedStorage } from "@crv/engine";

/** What `run.refresh` found. */
export interface RefreshReport {
  /** The newest version. */
  readonly version: Version;
  /** What it settled of writers that died; nothing, for a run opened for reading. */
  readonly recovered: OpenedStorage["recovered"];
}

/** One table, as `crv show` shows it. */
export interface TableSummary {
  readonly table: TableKey;
  readonly version: TableVersion;
  readonly rows: number;
  readonly bytes: number;
  readonly parts: number;
  readonly buckets: number;
  /** Inclusive; null in a table without a tick column, or without rows. */
  readonly tickMin: number | null;
  readonly tickMax: number | null;
}

export interface RunDiffOptions {
  /** Default: all. */
  readonly tables?: readonly string[];
  /** Keys of rows to name, of each table that has a key; default 0. More is read for it. */
  readonly keysMax?: number;
  readonly signal?: AbortSignal;
}

export interface LogOptions {
  readonly actor?: string;
  readonly table?: string;
  /** Lowest and highest version, both inclusive. */
  readonly from?: Version;
  readonly to?: Version;
  /** At most so many, the newest. */
  readonly limit?: number;
}

/** @param manifest Undefined for a table that holds nothing. */
export function summarizeTable(
  table: TableKey,
  version: TableVersion,
  manifest: TableManifest | undefined,
): TableSummary {
  const partitions = manifest?.partitions ?? [];
  const ticks = partitions.flatMap(({ tickMin, tickMax }) =>
    tickMin === null || tickMax === null ? [] : [tickMin, tickMax],
  );
  return {
    table,
    version,
    rows: manifest?.rows ?? 0,
    bytes: manifest?.bytes ?? 0,
    parts: partitions.reduce((sum, p) => sum + p.parts.length, 0),
    buckets: partitions.length,
    tickMin: ticks.reduce<number | null>((a, b) => (a === null ? b : Math.min(a, b)), null),
    tickMax: ticks.reduce<number | null>((a, b) => (a === null ? b : Math.max(a, b)), null),
  };
}

/** Whether a log of this actor and table has the record; undefined asks for any. */
export function isAsked(
  record: CommitRecord,
  actor: string | undefined,
  table: string | undefined,
): boolean {
  return (
    (actor === undefined || record.operations.some((operation) => operation.actor === actor)) &&
    (table === undefined || record.tables.has(parseTableKey(table)))
  );
}

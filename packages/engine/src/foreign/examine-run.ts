/**
 * A directory that another program wrote, as a run: its tables and the entries of their parts. Reads
 * every part, once for what it says of itself and, when it is measured, again for its rows.
 */
import {
  type AdoptReport,
  CrvError,
  type LeftOutColumn,
  type PartEntry,
  type SkippedFile,
  type TableDescriptor,
} from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import type { InspectedPart, PartStore } from "@crv/storage-trait/parts";
import pMap from "p-map";
import { checkEntry } from "./check-entry.js";
import { type ForeignTable, findForeignFiles } from "./find-files.js";
import { inferTable } from "./infer-table.js";

/** Each holds a whole part. */
const FILES_AT_ONCE = 2;

export interface ExamineOptions {
  /** Ticks per bucket where nothing says so. */
  readonly tickBucketSize: number;
  /** Whether rows are read: for statistics, nulls, and whether they lie in their bucket. */
  readonly measure: boolean;
  /** Whether a damaged file is left aside and told, not an error. */
  readonly skipDamaged: boolean;
}

export interface ExaminedTable {
  readonly descriptor: TableDescriptor;
  readonly parts: readonly PartEntry[];
}

export interface ExaminedRun {
  readonly tables: readonly ExaminedTable[];
  readonly skipped: readonly SkippedFile[];
  readonly leftOut: readonly LeftOutColumn[];
}

interface InspectedFile {
  readonly part: InspectedPart;
  readonly bucket: number;
}

export async function examineRun(
  store: ObjectReader,
  parts: PartStore,
  options: ExamineOptions,
): Promise<ExaminedRun> {
  const found = await findForeignFiles(store);
  const skipped: SkippedFile[] = [...found.skipped];
  const leftOut: LeftOutColumn[] = [];
  const tables: ExaminedTable[] = [];
  for (const table of found.tables) {
    const files = await inspectFiles(parts, table, options, skipped);
    if (files.length === 0) continue;
    const inspected = files.map(({ part }) => part);
    const size = table.tickBucketSize ?? options.tickBucketSize;
    const inferred = inferTable(table.table, inspected, size);
    leftOut.push(...inferred.leftOut);
    tables.push(
      options.measure
        ? await measureTable(parts, inferred.descriptor, files)
        : unmeasuredTable(inferred.descriptor, files),
    );
  }
  return { tables, skipped, leftOut };
}

async function inspectFiles(
  parts: PartStore,
  { files }: ForeignTable,
  { skipDamaged }: ExamineOptions,
  skipped: SkippedFile[],
): Promise<readonly InspectedFile[]> {
  const inspected = await pMap(
    files,
    async ({ path, bucket }): Promise<InspectedFile | undefined> => {
      try {
        const part = await parts.inspect(path);
        if (part !== undefined && part.rows > 0) return { part, bucket };
        skipped.push({ path, reason: part === undefined ? "it is gone" : "it has no rows" });
      } catch (error) {
        const isDamage = error instanceof CrvError && error.code === "CORRUPT";
        if (!isDamage || !skipDamaged) throw error;
        skipped.push({ path, reason: error.message });
      }
      return undefined;
    },
    { concurrency: FILES_AT_ONCE },
  );
  return inspected.filter((file) => file !== undefined);
}

/** Which columns hold nulls is not known, so any may. */
function unmeasuredTable(
  descriptor: TableDescriptor,
  files: readonly InspectedFile[],
): ExaminedTable {
  const { tickColumn } = descriptor;
  const isSparse = (column: string): boolean => column !== tickColumn;
  const parts = files.map(({ part, bucket }): PartEntry => {
    const { path, bytes, digest, rows } = part;
    // No bounds: a scan finds its rows by reading them.
    return { path, bytes, digest, rows, bucket, tickMin: null, tickMax: null, columns: {} };
  });
  return { descriptor: withNullable(descriptor, isSparse), parts };
}

async function measureTable(
  store: PartStore,
  descriptor: TableDescriptor,
  files: readonly InspectedFile[],
): Promise<ExaminedTable> {
  const parts = await pMap(files, ({ part, bucket }) => store.describe(part, descriptor, bucket), {
    concurrency: FILES_AT_ONCE,
  });
  const holdsNulls = (column: string): boolean =>
    column !== descriptor.tickColumn &&
    parts.some(({ columns }) => (columns[column]?.nulls ?? 1) > 0);
  const table = withNullable(descriptor, holdsNulls);
  for (const part of parts) checkEntry(table, part);
  return { descriptor: table, parts };
}

/** The table as it is found: a required column that lacks values somewhere is nullable. */
function withNullable(
  descriptor: TableDescriptor,
  isSparse: (column: string) => boolean,
): TableDescriptor {
  const sparse = new Set(descriptor.required.filter(isSparse));
  if (sparse.size === 0) return descriptor;
  return Object.freeze({
    ...descriptor,
    required: descriptor.required.filter((column) => !sparse.has(column)),
    nullable: Object.keys(descriptor.columns).filter(
      (column) => sparse.has(column) || descriptor.nullable.includes(column),
    ),
  });
}

export function describeExamined({
  descriptor,
  parts,
}: ExaminedTable): AdoptReport["tables"][number] {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return { table: descriptor.name, rows, parts: parts.length };
}

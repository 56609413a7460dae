/** What a scan will read: parts chosen by bucket, tick range and statistics. Reads no data. */
import {
  IoSchemaError,
  type PartEntry,
  type TableDescriptor,
  type TableKey,
  type Version,
} from "@crv/core";
import type { RunState } from "@crv/manifest";
import type { ScanPlan, ScanRequest } from "@crv/storage-trait";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { pruneParts } from "./prune.js";
import { compareStorageOrder } from "./storage-order.js";

export interface TablePlan extends ScanPlan {
  readonly descriptor: TableDescriptor;
  /** What is left of the asked offset: rows to leave out of `parts`. */
  readonly rowsToSkip: number;
}

/** @throws IoSchemaError `UNKNOWN_TABLE` naming the tables of this version. */
export function planScan(state: RunState, request: ScanRequest, store: ObjectReader): TablePlan {
  const table = state.tables.get(request.table);
  if (table !== undefined) {
    const { descriptor } = table;
    // Of the others not even the entries are decoded.
    const parts = [...table.parts.overlapping(request.tickMin, request.tickMax)];
    return planTable({ descriptor, parts }, state.version, request, store);
  }
  throw unknownTable(request.table, state);
}

export function unknownTable(table: TableKey, state: RunState): IoSchemaError {
  const known = [...state.tables.keys()].sort().join(", ");
  return new IoSchemaError(
    "UNKNOWN_TABLE",
    `there is no table ${table} at version ${state.version}; ${known === "" ? "the run has no tables yet: commit rows to it first" : `there are: ${known}`}`,
    { details: { table, version: state.version } },
  );
}

/** As {@link planScan}, of parts that need not be committed. */
export function planTable(
  table: { readonly descriptor: TableDescriptor; readonly parts: readonly PartEntry[] },
  version: Version,
  request: ScanRequest,
  store: ObjectReader,
): TablePlan {
  const matching = pruneParts(table.parts, request).sort(compareStorageOrder);
  const rows = matching.reduce((sum, part) => sum + part.rows, 0);
  const { limit = Number.POSITIVE_INFINITY, offset = 0, filter } = request;
  const isExact = (part: PartEntry): boolean => filter === undefined && isWithin(part, request);
  const isSorted = request.order === "tick" && table.descriptor.tickColumn !== null;
  const { parts, rowsToSkip } = skipRows(matching, offset, isSorted, isExact);
  return {
    descriptor: table.descriptor,
    version,
    parts,
    rowsToSkip,
    rowsMax: Math.min(Math.max(0, rows - offset), limit),
    exact: matching.every(isExact),
    locations: parts.map((part) => store.location(part.path)),
  };
}

/**
 * `parts` without the first ones whose rows are all left out. Sorted rows are those of whole buckets: parts
 * of one may overlap.
 */
function skipRows(
  parts: readonly PartEntry[],
  offset: number,
  isSorted: boolean,
  isExact: (part: PartEntry) => boolean,
): { readonly parts: readonly PartEntry[]; readonly rowsToSkip: number } {
  let start = 0;
  let left = offset;
  while (left > 0 && start < parts.length) {
    const { bucket } = parts[start] as PartEntry;
    const isNext = (part: PartEntry, index: number): boolean =>
      index > start && part.bucket !== bucket;
    const found = isSorted ? parts.findIndex(isNext) : start + 1;
    const end = found === -1 ? parts.length : found;
    const group = parts.slice(start, end);
    const rows = group.reduce((sum, part) => sum + part.rows, 0);
    if (rows > left || !group.every(isExact)) break;
    left -= rows;
    start = end;
  }
  return { parts: parts.slice(start), rowsToSkip: left };
}

/** Whether every row of `part` is in the asked tick range. */
export function isWithin(part: PartEntry, { tickMin, tickMax }: ScanRequest): boolean {
  if (tickMin === undefined && tickMax === undefined) return true;
  // Of a part of another program that was not measured nothing is known.
  if (part.tickMin === null || part.tickMax === null) return false;
  return part.tickMin >= (tickMin ?? 0) && part.tickMax <= (tickMax ?? part.tickMax);
}

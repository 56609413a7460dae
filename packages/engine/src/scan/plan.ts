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
  const known = [...state.tables.keys()].sort().join(", ") || "none";
  return new IoSchemaError(
    "UNKNOWN_TABLE",
    `there is no table ${table} at version ${state.version}; there are: ${known}`,
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
  const parts = pruneParts(table.parts, request).sort(compareStorageOrder);
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const { limit = Number.POSITIVE_INFINITY } = request;
  return {
    descriptor: table.descriptor,
    version,
    parts,
    rowsMax: Math.min(rows, limit),
    exact: request.filter === undefined && parts.every((part) => isWithin(part, request)),
    locations: parts.map((part) => store.location(part.path)),
  };
}

/** Whether every row of `part` is in the asked tick range. */
export function isWithin(part: PartEntry, { tickMin, tickMax }: ScanRequest): boolean {
  if (tickMin === undefined && tickMax === undefined) return true;
  if (part.tickMin === null || part.tickMax === null) return true;
  return part.tickMin >= (tickMin ?? 0) && part.tickMax <= (tickMax ?? part.tickMax);
}

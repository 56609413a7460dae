/** What a scan will read: parts chosen by bucket, tick range and statistics. Reads no data. */
import { IoSchemaError, type PartEntry, type TableDescriptor } from "@crv/core";
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
  if (table === undefined) {
    const known = [...state.tables.keys()].sort().join(", ") || "none";
    throw new IoSchemaError(
      "UNKNOWN_TABLE",
      `there is no table ${request.table} at version ${state.version}; there are: ${known}`,
      { details: { table: request.table, version: state.version } },
    );
  }
  const parts = pruneParts(table.parts, request).slice().sort(compareStorageOrder);
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const selectsAll = request.filter === undefined && parts.every((p) => isWithin(p, request));
  const { limit = Number.POSITIVE_INFINITY } = request;
  return {
    descriptor: table.descriptor,
    version: state.version,
    parts,
    rowsMax: Math.min(rows, limit),
    exact: selectsAll,
    locations: parts.map((part) => store.location(part.path)),
  };
}

/** Whether every row of `part` is in the asked tick range. */
export function isWithin(part: PartEntry, { tickMin, tickMax }: ScanRequest): boolean {
  if (tickMin === undefined && tickMax === undefined) return true;
  if (part.tickMin === null || part.tickMax === null) return true;
  return part.tickMin >= (tickMin ?? 0) && part.tickMax <= (tickMax ?? part.tickMax);
}

/** What may be asked of a scan, and the request that storage gets for it. */
import { IoSchemaError, show, type TableDescriptor } from "@crv/core";
import type { ScanRequest } from "@crv/storage-trait";
import { didYouMean } from "../closest-name.js";
import { checkOptions } from "../known-keys.js";
import type { Int64Mode } from "../tables/table-types.js";
import { parseFilter } from "./filter.js";
import { invalidFilter } from "./filter-error.js";
import type { Filter } from "./filter-types.js";
import { parseWhere, type TickRange, type Where } from "./tick-range.js";

/** `All` are the table's columns, `Column` those that are read. */
export interface ScanOptions<
  All extends string = string,
  Column extends All = All,
  Mode extends Int64Mode = Int64Mode,
> {
  /** Range of ticks, both bounds inclusive. */
  readonly where?: Where;
  /** Conditions on columns, all of which must hold. */
  readonly filter?: Filter<All>;
  /** Columns to read, in this order; default: all. */
  readonly columns?: readonly Column[];
  /** Most rows to read, the first ones in the order of the scan. */
  readonly limit?: number;
  /** Rows left out before the first that is read, in the order of the scan. */
  readonly offset?: number;
  /** Only the last so many rows, in the order of the scan; in the place of `limit` and `offset`. */
  readonly tail?: number;
  /** `storage` (default) is by bucket and part; `tick` sorts. */
  readonly order?: "tick" | "storage";
  /** How rows hold i64; "number" (default) refuses values beyond 2^53-1. */
  readonly int64?: Mode;
  readonly signal?: AbortSignal;
}

const OPTIONS = [
  "where",
  "filter",
  "columns",
  "limit",
  "offset",
  "tail",
  "order",
  "int64",
  "signal",
];

/** Options that were checked as far as that needs no table. */
export interface CheckedOptions extends TickRange {
  readonly filter: unknown;
  readonly columns: readonly string[] | undefined;
  readonly limit: number | undefined;
  readonly offset: number | undefined;
  readonly tail: number | undefined;
  readonly order: "tick" | "storage" | undefined;
  readonly int64: Int64Mode;
  readonly signal: AbortSignal | undefined;
}

/** @throws IoSchemaError `INVALID_ARGUMENT`, `INVALID_FILTER`. */
export function checkScanOptions(options: unknown): CheckedOptions {
  checkOptions("scan", options, OPTIONS);
  const { where, filter, columns, limit, offset, tail, order, int64, signal } =
    options as ScanOptions;
  if (columns !== undefined) checkColumnList(columns);
  for (const [name, rows] of Object.entries({ limit, offset, tail })) {
    if (rows === undefined || (Number.isSafeInteger(rows) && rows >= 0)) continue;
    throw invalid(name, rows, "a whole number of rows, at least 0");
  }
  if (tail !== undefined && (limit ?? offset) !== undefined) {
    throw invalid("tail", tail, "without limit and offset");
  }
  if (order !== undefined && order !== "tick" && order !== "storage") {
    throw invalid("order", order, '"tick" or "storage"');
  }
  return {
    ...parseWhere(where),
    filter,
    columns,
    limit,
    offset,
    tail,
    order,
    int64: checkInt64Mode(int64),
    signal,
  };
}

/** @throws IoSchemaError `INVALID_ARGUMENT`. */
export function checkInt64Mode(mode: unknown): Int64Mode {
  if (mode === undefined) return "number";
  if (mode === "number" || mode === "bigint") return mode;
  throw invalid("int64", mode, '"number" or "bigint"');
}

/**
 * The request of a table whose descriptor is known.
 *
 * @throws IoSchemaError `INVALID_FILTER` for columns that the table does not have, values that they
 *   cannot be compared with, and a range of ticks where there are none.
 */
export function bindScan(table: TableDescriptor, options: CheckedOptions): ScanRequest {
  const { tickMin, tickMax, columns, limit, offset, order, signal } = options;
  if (table.tickColumn === null && (tickMin !== undefined || tickMax !== undefined)) {
    throw invalidFilter(`table "${table.name}" has no tick column, so where cannot select by it`, {
      table: table.name,
    });
  }
  const unknown = columns?.find((column) => !Object.hasOwn(table.columns, column));
  if (unknown !== undefined) throw unknownColumn(table, unknown);
  const filter = parseFilter(options.filter, table);
  return {
    table: table.name,
    ...(tickMin !== undefined && { tickMin }),
    ...(tickMax !== undefined && { tickMax }),
    ...(filter !== undefined && { filter }),
    ...(columns !== undefined && { columns }),
    ...(limit !== undefined && { limit }),
    ...(offset !== undefined && { offset }),
    ...(order !== undefined && { order }),
    ...(signal !== undefined && { signal }),
  };
}

function checkColumnList(columns: unknown): void {
  if (!Array.isArray(columns) || columns.length === 0) {
    throw invalid("columns", columns, "an array of at least one column name");
  }
  const repeated = columns.find((column, index) => columns.indexOf(column) !== index);
  if (repeated !== undefined) throw invalid("columns", repeated, "names that differ");
}

function unknownColumn({ name, columns }: TableDescriptor, column: unknown): IoSchemaError {
  const known = Object.keys(columns);
  const meant = typeof column === "string" ? didYouMean(column, known) : "";
  return new IoSchemaError(
    "INVALID_FILTER",
    `table "${name}" has no column ${show(column)}${meant}: it has ${known.join(", ")}`,
    { details: { table: name, column, columns: known } },
  );
}

function invalid(option: string, value: unknown, allowed: string): IoSchemaError {
  return new IoSchemaError(
    "INVALID_ARGUMENT",
    `${option} must be ${allowed} (got: ${show(value)})`,
    { details: { option, value, allowed } },
  );
}

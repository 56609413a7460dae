/**
 * What an import will do: the columns of the file, the tick, and the table that holds them. Pure,
 * and shown to the user before anything is written.
 */
import { type ColumnSpec, CrvError, defineTable, type TableDescriptor } from "crv";
import { columnSpec, type ForeignColumn } from "./foreign-column.js";
import type { TickClock, TickUnit } from "./tick-clock.js";

/** The column that holds ticks computed from timestamps. */
export const TICK_COLUMN = "tick";

/** The tick as it was asked for. */
export interface TickChoice {
  /** Name of the column in the file. */
  readonly source: string;
  /** For a timestamp only. */
  readonly unit?: TickUnit;
  /** For a timestamp only: time of tick 0 in milliseconds since 1970; default 0. */
  readonly originMs?: number;
}

export interface ImportPlan {
  readonly columns: readonly ForeignColumn[];
  /** Present when ticks are computed from the timestamps of `source`. */
  readonly computedTick?: { readonly source: ForeignColumn; readonly clock: TickClock };
  readonly table: TableDescriptor;
}

export interface PlanOptions {
  readonly table: string;
  readonly tick?: TickChoice;
  readonly bucketSize?: number;
  /** Names of columns of the file. */
  readonly key?: readonly string[];
}

/** @throws CrvError `INVALID_ARGUMENT`, `INVALID_DESCRIPTOR` or `INVALID_NAME`. */
export function planImport(
  columns: readonly ForeignColumn[],
  { table, tick, bucketSize, key = [] }: PlanOptions,
): ImportPlan {
  const tickColumn = tick && findColumn(columns, "--tick", tick.source);
  const keyColumns = key.map((source) => findColumn(columns, "--key", source).name);
  const clock = tick && tickColumn && chooseClock(tick, tickColumn);
  if (clock !== undefined && columns.some(({ name }) => name === TICK_COLUMN)) {
    throw refusal(`the file has a column ${TICK_COLUMN} already; leave it out with --columns`);
  }
  const specs: Record<string, ColumnSpec> = clock ? { [TICK_COLUMN]: "i64" } : {};
  for (const column of columns) specs[column.name] = columnSpec(column);
  return {
    columns,
    ...(tickColumn && clock && { computedTick: { source: tickColumn, clock } }),
    table: defineTable({
      name: table,
      columns: specs,
      tick: clock ? TICK_COLUMN : (tickColumn?.name ?? null),
      key: keyColumns,
      ...(bucketSize !== undefined && { bucketSize }),
    }),
  };
}

function findColumn(
  columns: readonly ForeignColumn[],
  option: string,
  source: string,
): ForeignColumn {
  const column = columns.find((candidate) => candidate.source === source);
  if (column !== undefined) return column;
  const names = columns.map((candidate) => candidate.source).join(", ");
  throw refusal(`${option} ${JSON.stringify(source)} is not a column of the file: ${names}`);
}

/** Undefined when the column holds ticks already. */
function chooseClock(
  { unit, originMs }: TickChoice,
  { source, type }: ForeignColumn,
): TickClock | undefined {
  if (type !== "timestamp") {
    if (unit === undefined && originMs === undefined) return undefined;
    throw refusal(`--tick-unit and --tick-origin are for timestamps, and ${source} is ${type}`);
  }
  if (unit !== undefined) return { unit, originMs: originMs ?? 0 };
  throw refusal(`--tick ${source} is a timestamp: say in which unit with --tick-unit`);
}

function refusal(message: string): CrvError {
  return new CrvError("INVALID_ARGUMENT", message);
}

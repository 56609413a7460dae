/**
 * Skipping parts and row groups by what their entries say, without reading them.
 *
 * Invariant: nothing is skipped that holds a row for which the condition is true. Statistics bound
 * values, they need not be the values' own extremes, and each bound may be absent.
 *
 * The statistics of a part name every column that it has, so a column that they lack is all null:
 * it came to the table after the part. A part of no statistics at all may hold anything.
 */
import type {
  ColumnStatistics,
  CompareOp,
  PartEntry,
  Predicate,
  Scalar,
  StatisticsByColumn,
} from "@crv/core";
import { orderOf } from "./scalar-order.js";

/** What a request asks of rows. Tick bounds are inclusive. */
export interface RowRequest {
  readonly tickMin?: number | undefined;
  readonly tickMax?: number | undefined;
  readonly filter?: Predicate | undefined;
}

/** Whether a predicate may be true of some row, and whether it may be false of some row. */
interface Possible {
  readonly isTrue: boolean;
  readonly isFalse: boolean;
}

const ANYTHING: Possible = { isTrue: true, isFalse: true };
/** Of all rows it is unknown. */
const NEITHER: Possible = { isTrue: false, isFalse: false };

/** False only if `predicate` is provably true of none of `rows` rows with these statistics. */
export function mayMatch(
  predicate: Predicate,
  statistics: StatisticsByColumn,
  rows: number,
): boolean {
  return possible(predicate, statistics, rows).isTrue;
}

/** Those of `parts` that may hold rows asked for, in the same order. */
export function pruneParts(parts: readonly PartEntry[], request: RowRequest): PartEntry[] {
  const { tickMin, tickMax, filter } = request;
  return parts.filter(
    (part) =>
      overlaps(part, tickMin, tickMax) &&
      (filter === undefined || mayMatch(filter, part.columns, part.rows)),
  );
}

/**
 * Indexes of the row groups that may hold rows asked for; undefined: all of them.
 *
 * @param tickColumn Of the table. Row groups are skipped by ticks only when it is given.
 */
export function pruneRowGroups(
  part: PartEntry,
  request: RowRequest,
  tickColumn: string | null = null,
): number[] | undefined {
  if (part.rowGroups === undefined) return undefined;
  const condition: Predicate = { kind: "and", of: conditionsOf(request, tickColumn) };
  const kept = [...part.rowGroups.entries()]
    .filter(([, { columns, rows }]) => mayMatch(condition, columns, rows))
    .map(([index]) => index);
  return kept.length === part.rowGroups.length ? undefined : kept;
}

function conditionsOf(
  { tickMin, tickMax, filter }: RowRequest,
  column: string | null,
): readonly Predicate[] {
  const of: Predicate[] = filter === undefined ? [] : [filter];
  if (column === null) return of;
  if (tickMin !== undefined) of.push({ kind: "compare", column, op: "ge", value: tickMin });
  if (tickMax !== undefined) of.push({ kind: "compare", column, op: "le", value: tickMax });
  return of;
}

/** Whether the tick range of `part` and the inclusive range asked for have a tick in common. */
function overlaps(
  part: PartEntry,
  tickMin = Number.NEGATIVE_INFINITY,
  tickMax = Number.POSITIVE_INFINITY,
): boolean {
  if (part.tickMin === null || part.tickMax === null) return true;
  return part.tickMax >= tickMin && part.tickMin <= tickMax;
}

function possible(predicate: Predicate, statistics: StatisticsByColumn, rows: number): Possible {
  switch (predicate.kind) {
    case "and":
      return every(predicate.of.map((p) => possible(p, statistics, rows)));
    case "or":
      return some(predicate.of.map((p) => possible(p, statistics, rows)));
    case "not": {
      const { isTrue, isFalse } = possible(predicate.of, statistics, rows);
      return { isTrue: isFalse, isFalse: isTrue };
    }
  }
  const column = statisticsOf(statistics, predicate.column, rows);
  if (column === undefined) return ANYTHING;
  if (predicate.kind === "isNull") {
    return { isTrue: column.nulls > 0, isFalse: column.nulls < rows };
  }
  const isAllNull = column.nulls >= rows;
  const compare = (op: CompareOp, value: Scalar): Possible =>
    isAllNull ? NEITHER : possibleComparison(column, op, value);
  return predicate.kind === "compare"
    ? compare(predicate.op, predicate.value)
    : some(predicate.values.map((value) => compare("eq", value)));
}

function statisticsOf(
  statistics: StatisticsByColumn,
  column: string,
  rows: number,
): ColumnStatistics | undefined {
  if (Object.hasOwn(statistics, column)) return statistics[column];
  return Object.keys(statistics).length === 0 ? undefined : { nulls: rows };
}

/** Of the values that are not null, of which there is at least one. */
function possibleComparison(column: ColumnStatistics, op: CompareOp, value: Scalar): Possible {
  if (Number.isNaN(value)) return { isTrue: op === "ne", isFalse: op !== "ne" };
  const min = column.min === undefined ? undefined : orderOf(column.min, value);
  const max = column.max === undefined ? undefined : orderOf(column.max, value);
  // What no order is known of proves nothing: each test below is then false.
  const isBelow = max !== undefined && max < 0;
  const isAtMost = max !== undefined && max <= 0;
  const isAbove = min !== undefined && min > 0;
  const isAtLeast = min !== undefined && min >= 0;
  switch (op) {
    case "eq":
      return { isTrue: !isBelow && !isAbove, isFalse: !(isAtMost && isAtLeast) };
    case "ne":
      return { isTrue: !(isAtMost && isAtLeast), isFalse: !isBelow && !isAbove };
    case "lt":
      return { isTrue: !isAtLeast, isFalse: !isBelow };
    case "le":
      return { isTrue: !isAbove, isFalse: !isAtMost };
    case "gt":
      return { isTrue: !isAtMost, isFalse: !isAbove };
    case "ge":
      return { isTrue: !isBelow, isFalse: !isAtLeast };
  }
}

/** Of no conditions: true. */
function every(conditions: readonly Possible[]): Possible {
  return {
    isTrue: conditions.every(({ isTrue }) => isTrue),
    isFalse: conditions.some(({ isFalse }) => isFalse),
  };
}

/** Of no conditions: false. */
function some(conditions: readonly Possible[]): Possible {
  return {
    isTrue: conditions.some(({ isTrue }) => isTrue),
    isFalse: conditions.every(({ isFalse }) => isFalse),
  };
}

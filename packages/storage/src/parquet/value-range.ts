/** Exact bounds of some rows of one column; ranges of several row groups merge to that of the part. */
import { type ColumnStatistics, compareText, type Scalar, STATISTICS_CHARS_MAX } from "@crv/core";

export interface ValueRange {
  /** Absent when all values are null, or the type has no order. */
  readonly min?: Scalar;
  readonly max?: Scalar;
  readonly nulls: number;
  /** NaN is among the values; then bounds say nothing. */
  readonly hasNaN?: boolean;
}

export function mergeRanges(ranges: readonly ValueRange[]): ValueRange {
  return ranges.reduce((a, b) => {
    const min = lesser(a.min, b.min);
    const max = greater(a.max, b.max);
    return {
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      nulls: a.nulls + b.nulls,
      hasNaN: a.hasNaN === true || b.hasNaN === true,
    };
  });
}

/** The statistics as a record holds them: bounds that are finite and short, or none. */
export function toStatistics({ min, max, nulls, hasNaN }: ValueRange): ColumnStatistics {
  if (hasNaN === true) return { nulls };
  const lower = min === undefined ? undefined : lowerBound(min);
  const upper = max === undefined ? undefined : upperBound(max);
  return {
    ...(lower === undefined ? {} : { min: lower }),
    ...(upper === undefined ? {} : { max: upper }),
    nulls,
  };
}

function lowerBound(min: Scalar): Scalar | undefined {
  if (typeof min !== "string") return recordable(min);
  if (min.length <= STATISTICS_CHARS_MAX) return min;
  const cut = min.slice(0, STATISTICS_CHARS_MAX);
  // Half a surrogate pair would stand above texts that it should bound from below.
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

function upperBound(max: Scalar): Scalar | undefined {
  if (typeof max !== "string") return recordable(max);
  return max.length <= STATISTICS_CHARS_MAX ? max : undefined;
}

/** Records are JSON: no infinities, and -0 would come back as 0. */
function recordable(value: Scalar): Scalar | undefined {
  if (typeof value !== "number") return value;
  return Number.isFinite(value) ? value + 0 : undefined;
}

function lesser(a: Scalar | undefined, b: Scalar | undefined): Scalar | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return isLess(b, a) ? b : a;
}

function greater(a: Scalar | undefined, b: Scalar | undefined): Scalar | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return isLess(a, b) ? b : a;
}

function isLess(a: Scalar, b: Scalar): boolean {
  return typeof a === "string" && typeof b === "string" ? compareText(a, b) < 0 : a < b;
}

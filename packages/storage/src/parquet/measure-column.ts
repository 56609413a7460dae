/** Finds the range of rows of one column, over its typed arrays. */
import { type ColumnType, isStructType, type ScalarType } from "@crv/core";
import { readInt64, wordsOf } from "@crv/core/arrow";
import type { Data } from "apache-arrow";
import { compareValues, textColumnOf, valueText } from "./text-column.js";
import type { ValueRange } from "./value-range.js";

/** Rows `[start, end)` of one chunk of a column. */
export interface ColumnSpan {
  readonly data: Data;
  readonly start: number;
  readonly end: number;
}

type Measure = (span: ColumnSpan, nulls: number) => ValueRange;

const MEASURES: Readonly<Record<ScalarType, Measure>> = {
  i64: measureIntegers,
  timestamp: measureIntegers,
  i32: measureNumbers,
  f32: measureNumbers,
  f64: measureNumbers,
  bool: measureFlags,
  str: measureTexts,
  binary: (_, nulls) => ({ nulls }),
};

/** The range of `span`, a piece of a column of `type`. Types without order give nulls only. */
export function measureColumn(type: ColumnType, span: ColumnSpan): ValueRange {
  const nulls = countNulls(span);
  if (nulls === span.end - span.start || isStructType(type)) return { nulls };
  const measure: Measure | undefined = MEASURES[type as ScalarType];
  return measure === undefined ? { nulls } : measure(span, nulls);
}

function countNulls({ data, start, end }: ColumnSpan): number {
  if (data.nullCount === 0) return 0;
  let nulls = 0;
  for (let row = start; row < end; row++) if (!data.getValid(row)) nulls += 1;
  return nulls;
}

function measureNumbers({ data, start, end }: ColumnSpan, nulls: number): ValueRange {
  const values: ArrayLike<number> = data.values;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let row = start; row < end; row++) {
    if (nulls > 0 && !data.getValid(row)) continue;
    const value = values[row] as number;
    if (Number.isNaN(value)) return { nulls, hasNaN: true };
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max, nulls };
}

/** As numbers first, which is fast; numbers beyond 2^53 may tie and are then compared exactly. */
function measureIntegers({ data, start, end }: ColumnSpan, nulls: number): ValueRange {
  const exact: BigInt64Array = data.values;
  const words = wordsOf(exact);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let minRow = start;
  let maxRow = start;
  const at = (row: number): bigint => exact[row] as bigint;
  for (let row = start; row < end; row++) {
    if (nulls > 0 && !data.getValid(row)) continue;
    const value = readInt64(words, row);
    const mayTie = value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER;
    if (value < min || (mayTie && value === min && at(row) < at(minRow))) {
      min = value;
      minRow = row;
    }
    if (value > max || (mayTie && value === max && at(row) > at(maxRow))) {
      max = value;
      maxRow = row;
    }
  }
  return { min: at(minRow), max: at(maxRow), nulls };
}

function measureFlags({ data, start, end }: ColumnSpan, nulls: number): ValueRange {
  const bits: Uint8Array = data.values;
  let hasTrue = false;
  let hasFalse = false;
  for (let row = start; row < end; row++) {
    if (nulls > 0 && !data.getValid(row)) continue;
    const bit = data.offset + row;
    if (((bits[bit >> 3] as number) & (1 << (bit & 7))) !== 0) hasTrue = true;
    else hasFalse = true;
  }
  return { min: !hasFalse, max: hasTrue, nulls };
}

/** A dictionary is compared once per value in use, not per row. */
function measureTexts({ data, start, end }: ColumnSpan, nulls: number): ValueRange {
  const column = textColumnOf(data);
  const { codes } = column;
  const isSeen = new Uint8Array(codes === undefined ? 0 : column.offsets.length);
  let min = -1;
  let max = -1;
  for (let row = start; row < end; row++) {
    if (nulls > 0 && !data.getValid(row)) continue;
    const value = codes === undefined ? row : (codes[row] as number);
    if (isSeen[value] === 1) continue;
    isSeen[value] = 1;
    if (min < 0 || compareValues(column, value, min) < 0) min = value;
    if (max < 0 || compareValues(column, value, max) > 0) max = value;
  }
  return { min: valueText(column, min), max: valueText(column, max), nulls };
}

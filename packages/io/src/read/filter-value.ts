/** Values of filters: which a column can be compared with, and in which form. */
import { type ColumnType, formatColumnType, type Scalar, show } from "@crv/core";
import { microsecondsOf } from "../cast/microseconds.js";
import { invalidFilter } from "./filter-error.js";

/** Column types that can be compared, each with what it takes. */
const COMPARABLE: Readonly<
  Record<string, { expects: string; parse(value: unknown): Scalar | undefined }>
> = {
  i64: { expects: "a number or a BigInt", parse: parseInteger },
  i32: { expects: "a number or a BigInt", parse: parseInteger },
  f64: { expects: "a number", parse: parseFloat64 },
  f32: { expects: "a number", parse: parseFloat32 },
  str: { expects: "a string", parse: (value) => (typeof value === "string" ? value : undefined) },
  bool: {
    expects: "true or false",
    parse: (value) => (typeof value === "boolean" ? value : undefined),
  },
  timestamp: { expects: "a Date, or microseconds as a BigInt", parse: parseTimestamp },
};

/**
 * `value` as a column of `type` is compared with it.
 *
 * @throws IoSchemaError `INVALID_FILTER` when the column cannot be compared at all, or not with it.
 */
export function parseFilterValue(column: string, type: ColumnType, value: unknown): Scalar {
  const comparable = typeof type === "string" ? COMPARABLE[type] : undefined;
  if (comparable === undefined) {
    throw invalidFilter(
      `column "${column}" (${formatColumnType(type)}) has values that cannot be compared; only isNull asks about it`,
      { column, type, value },
    );
  }
  const scalar = comparable.parse(value);
  if (scalar !== undefined) return scalar;
  throw invalidFilter(
    `column "${column}" (${formatColumnType(type)}) is compared with ${comparable.expects} (got: ${show(value)})${remedyOf(value)}`,
    { column, type, value },
  );
}

/** Whether values of the column have an order. */
export function isOrdered(type: ColumnType): boolean {
  return type !== "bool";
}

function parseInteger(value: unknown): Scalar | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "bigint") return value;
  if (typeof value !== "number" || Number.isNaN(value)) return undefined;
  // A whole number beyond the safe ones is not the one that was written.
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : value;
}

function parseFloat64(value: unknown): Scalar | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && !Number.isNaN(value) ? value : undefined;
}

/** The column holds rounded values, so it is compared with the rounded value. */
function parseFloat32(value: unknown): Scalar | undefined {
  const wide = parseFloat64(value);
  return typeof wide === "number" ? Math.fround(wide) : wide;
}

function parseTimestamp(value: unknown): Scalar | undefined {
  if (typeof value === "bigint") return value;
  const microseconds = value instanceof Date ? microsecondsOf(value) : undefined;
  return microseconds === undefined ? undefined : BigInt(microseconds);
}

function remedyOf(value: unknown): string {
  if (Number.isNaN(value)) return ": NaN equals nothing";
  if (value === null) return ": write { isNull: true }";
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return ": a number beyond 2^53-1 is not exact, pass a BigInt";
  }
  return "";
}

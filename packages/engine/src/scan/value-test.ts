/**
 * One comparison of a filter as a function of a value that is not null.
 *
 * Exact: numbers and bigints compare as the numbers they are, texts by code point. NaN follows IEEE
 * 754, as JavaScript does: it differs from everything and is neither less nor greater.
 */
import { type CompareOp, compareText, type Predicate, type Scalar } from "@crv/core";

/** The predicates that look at the values of one column. */
export type Comparison = Extract<Predicate, { kind: "compare" | "in" }>;

/** Values that have an order among each other. Timestamps are numbers: microseconds. */
export type ValueKind = "number" | "text" | "flag";

/** Requires: the value is of the kind that the comparison's values have, numbers as `asNumber` gives. */
export type ValueTest = (value: Scalar) => boolean;

export function kindOf(value: Scalar): ValueKind {
  if (typeof value === "string") return "text";
  return typeof value === "boolean" ? "flag" : "number";
}

/** The values that `comparison` compares with. */
export function constantsOf(comparison: Comparison): readonly Scalar[] {
  return comparison.kind === "in" ? comparison.values : [comparison.value];
}

/** Requires: the values of `comparison` are of one kind. */
export function valueTest(comparison: Comparison): ValueTest {
  if (comparison.kind === "in") {
    const values = new Set(comparison.values.map(canonical));
    // A set finds NaN, which equals nothing.
    values.delete(Number.NaN);
    return (value) => values.has(value);
  }
  const { op, value } = comparison;
  return typeof value === "string" ? textTest(op, value) : orderTest(op, canonical(value));
}

/**
 * A number in the form that tests take: safe integers and fractions as number, larger integers as
 * bigint, so that each has one form and comparing two numbers, the common case, is fast.
 */
export function asNumber(value: number | bigint): number | bigint {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
}

function canonical(value: Scalar): Scalar {
  return typeof value === "number" || typeof value === "bigint" ? asNumber(value) : value;
}

/** Of numbers and flags. JavaScript compares a number with a bigint exactly, except by `===`. */
function orderTest(op: CompareOp, constant: Scalar): ValueTest {
  switch (op) {
    case "eq":
      return (value) => value <= constant && value >= constant;
    case "ne":
      return (value) => !(value <= constant && value >= constant);
    case "lt":
      return (value) => value < constant;
    case "le":
      return (value) => value <= constant;
    case "gt":
      return (value) => value > constant;
    case "ge":
      return (value) => value >= constant;
  }
}

function textTest(op: CompareOp, constant: string): ValueTest {
  const order = (value: Scalar): number => compareText(value as string, constant);
  switch (op) {
    case "eq":
      return (value) => value === constant;
    case "ne":
      return (value) => value !== constant;
    case "lt":
      return (value) => order(value) < 0;
    case "le":
      return (value) => order(value) <= 0;
    case "gt":
      return (value) => order(value) > 0;
    case "ge":
      return (value) => order(value) >= 0;
  }
}

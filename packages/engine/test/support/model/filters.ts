/** Random filters, and their obvious meaning: three-valued, as in SQL. */
import type { TableDescriptor } from "@crv/core";
import type { Condition, Filter, FilterOperators } from "@crv/io";
import fc from "fast-check";
import { type Row, type Value, valuesOf } from "./tables.js";

const ORDERED = ["eq", "ne", "lt", "le", "gt", "ge"] as const;
const UNORDERED = ["eq", "ne"] as const;

export function filterOf(table: TableDescriptor): fc.Arbitrary<Filter> {
  const columns = fc.constantFrom(...Object.keys(valuesOf(table)));
  const leaf = columns.chain((column) =>
    conditionOf(valuesOf(table)[column] ?? []).map(
      (condition): Filter => ({ [column]: condition }),
    ),
  );
  return fc.letrec<{ any: Filter }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      leaf,
      fc.tuple(leaf, leaf).map(([a, b]): Filter => ({ ...a, ...b })),
      tie("any").map((not): Filter => ({ not })),
      fc
        .tuple(fc.constantFrom("and", "or"), fc.array(tie("any"), { maxLength: 3 }))
        .map(([kind, of]): Filter => ({ [kind]: of })),
    ),
  })).any;
}

function conditionOf(values: readonly Value[]): fc.Arbitrary<Condition> {
  const constants = values.filter((value) => value !== null);
  const value = fc.constantFrom(...constants);
  const ops = typeof constants[0] === "boolean" ? UNORDERED : ORDERED;
  return fc.oneof(
    value,
    fc.constant(null),
    fc.tuple(fc.constantFrom(...ops), value).map(([op, v]): FilterOperators => ({ [op]: v })),
    fc.array(value, { maxLength: 2 }).map((of): FilterOperators => ({ in: of })),
    fc.boolean().map((isNull): FilterOperators => ({ isNull })),
  );
}

/** Whether `filter` is true of `row`: not when it is false or unknown. */
export function isTrue(filter: Filter, row: Row): boolean {
  return truthOf(filter, row) === TRUE;
}

const FALSE = 0;
const UNKNOWN = 1;
const TRUE = 2;

function truthOf(filter: Filter, row: Row): number {
  const truths = Object.entries(filter).map(([key, condition]) => {
    if (key === "not") return TRUE - truthOf(condition as Filter, row);
    if (key === "and" || key === "or") {
      const of = (condition as readonly Filter[]).map((each) => truthOf(each, row));
      return key === "and" ? Math.min(TRUE, ...of) : Math.max(FALSE, ...of);
    }
    return truthOfColumn(row[key] ?? null, condition as Condition);
  });
  return Math.min(TRUE, ...truths);
}

function truthOfColumn(value: Value, condition: Condition): number {
  if (condition === null) return value === null ? TRUE : FALSE;
  if (typeof condition !== "object") return compare(value, "eq", condition as Value);
  const truths = Object.entries(condition).map(([op, operand]) => {
    if (op === "isNull") return (value === null) === operand ? TRUE : FALSE;
    if (op === "in") {
      return Math.max(FALSE, ...(operand as Value[]).map((each) => compare(value, "eq", each)));
    }
    return compare(value, op, operand as Value);
  });
  return Math.min(TRUE, ...truths);
}

function compare(value: Value, op: string, constant: Value): number {
  if (value === null || constant === null) return UNKNOWN;
  const order = value < constant ? -1 : value > constant ? 1 : 0;
  const holds: Readonly<Record<string, boolean>> = {
    eq: order === 0,
    ne: order !== 0,
    lt: order < 0,
    le: order <= 0,
    gt: order > 0,
    ge: order >= 0,
  };
  return holds[op] === true ? TRUE : FALSE;
}

/** Reads a filter into the predicate that storage evaluates, checked against the table. */
import {
  type ColumnType,
  type CompareOp,
  formatColumnType,
  type IoSchemaError,
  type Predicate,
  type Scalar,
  show,
  type TableDescriptor,
} from "@crv/core";
import { isPlainObject } from "../cast/json-rules.js";
import { isWellFormed } from "../cast/well-formed.js";
import { didYouMean } from "../closest-name.js";
import { invalidFilter } from "./filter-error.js";
import { isOrdered, parseFilterValue } from "./filter-value.js";
import { textAfterPrefix } from "./text-prefix.js";

const COMPARE_OPS: readonly string[] = ["eq", "ne", "lt", "le", "gt", "ge"] satisfies CompareOp[];
const OPERATORS: readonly string[] = [...COMPARE_OPS, "in", "isNull", "between", "startsWith"];

/**
 * The predicate of `filter`; undefined when there is none.
 *
 * @throws IoSchemaError `INVALID_FILTER` naming the column, the operator or the value, and what is
 *   allowed in its place.
 */
export function parseFilter(filter: unknown, table: TableDescriptor): Predicate | undefined {
  if (filter === undefined) return undefined;
  const terms = parseTerms(filter, table);
  return terms.length === 0 ? undefined : all(terms);
}

function parseTerms(filter: unknown, table: TableDescriptor): readonly Predicate[] {
  if (!isPlainObject(filter)) {
    throw invalidFilter(`pass an object of conditions (got: ${show(filter)})`, { filter });
  }
  return Object.entries(filter).flatMap(([key, condition]) => {
    // A value that was forgotten must not select everything.
    if (condition === undefined) {
      throw invalidFilter(`"${key}" is undefined; leave it out, or compare with null`, { key });
    }
    if (key === "and" || key === "or") return [parseGroup(key, condition, table)];
    if (key === "not") return [{ kind: "not", of: all(parseTerms(condition, table)) } as const];
    return parseCondition(key, typeOf(key, table), condition);
  });
}

function parseGroup(kind: "and" | "or", filters: unknown, table: TableDescriptor): Predicate {
  if (!Array.isArray(filters)) {
    throw invalidFilter(`"${kind}" takes an array of filters (got: ${show(filters)})`, { filters });
  }
  return { kind, of: filters.map((each) => all(parseTerms(each, table))) };
}

function parseCondition(
  column: string,
  type: ColumnType,
  condition: unknown,
): readonly Predicate[] {
  if (condition === null) return [{ kind: "isNull", column }];
  if (Array.isArray(condition)) {
    throw invalidFilter(`write { ${column}: { in: [ … ] } } for a choice of values`, { column });
  }
  if (!isPlainObject(condition)) {
    return [
      { kind: "compare", column, op: "eq", value: parseFilterValue(column, type, condition) },
    ];
  }
  const operators = Object.entries(condition);
  if (operators.length === 0) {
    throw invalidFilter(`column "${column}" has no operator: use ${OPERATORS.join(", ")}`, {
      column,
    });
  }
  return operators.map(([op, value]) => parseOperator(column, type, op, value));
}

function parseOperator(column: string, type: ColumnType, op: string, value: unknown): Predicate {
  if (op === "isNull") return parseIsNull(column, value);
  if (op === "in") {
    if (Array.isArray(value)) {
      const values = value.map((each) => parseFilterValue(column, type, each));
      return { kind: "in", column, values };
    }
    throw invalidFilter(`"in" of column "${column}" takes an array (got: ${show(value)})`, {
      column,
      op,
      value,
    });
  }
  if (op === "between") return parseBetween(column, type, value);
  if (op === "startsWith") return parseStartsWith(column, type, value);
  if (!isCompareOp(op)) {
    throw invalidFilter(
      `column "${column}" has no operator "${op}"${didYouMean(op, OPERATORS)}: use ${OPERATORS.join(", ")}`,
      { column, op, allowed: OPERATORS },
    );
  }
  if (!isOrdered(type) && op !== "eq" && op !== "ne") {
    throw unordered(column, op);
  }
  return { kind: "compare", column, op, value: parseFilterValue(column, type, value) };
}

function parseBetween(column: string, type: ColumnType, value: unknown): Predicate {
  if (!Array.isArray(value) || value.length !== 2) {
    throw invalidFilter(
      `"between" of column "${column}" takes the first and the last value (got: ${show(value)})`,
      { column, op: "between", value },
    );
  }
  if (!isOrdered(type)) throw unordered(column, "between");
  const [first, last] = value.map((each) => parseFilterValue(column, type, each));
  return {
    kind: "and",
    of: [
      { kind: "compare", column, op: "ge", value: first as Scalar },
      { kind: "compare", column, op: "le", value: last as Scalar },
    ],
  };
}

/** As a range, so that parts and row groups are skipped by it as by any other. */
function parseStartsWith(column: string, type: ColumnType, value: unknown): Predicate {
  if (type !== "str" || typeof value !== "string" || !isWellFormed(value)) {
    throw invalidFilter(
      `"startsWith" asks a column of type str for well-formed text (column "${column}" is ${formatColumnType(type)}, got: ${show(value)})`,
      { column, type, op: "startsWith", value },
    );
  }
  const from: Predicate = { kind: "compare", column, op: "ge", value };
  const end = textAfterPrefix(value);
  if (end === undefined) return from;
  return { kind: "and", of: [from, { kind: "compare", column, op: "lt", value: end }] };
}

function unordered(column: string, op: string): IoSchemaError {
  return invalidFilter(`column "${column}" (bool) has no order: use eq or ne`, { column, op });
}

function parseIsNull(column: string, value: unknown): Predicate {
  if (value === true) return { kind: "isNull", column };
  if (value === false) return { kind: "not", of: { kind: "isNull", column } };
  throw invalidFilter(`"isNull" of column "${column}" is true or false (got: ${show(value)})`, {
    column,
    value,
  });
}

function isCompareOp(op: string): op is CompareOp {
  return COMPARE_OPS.includes(op);
}

function typeOf(column: string, { name, columns }: TableDescriptor): ColumnType {
  const type = Object.hasOwn(columns, column) ? columns[column] : undefined;
  if (type !== undefined) return type;
  const known = Object.keys(columns);
  throw invalidFilter(
    `table "${name}" has no column ${show(column)}${didYouMean(column, known)}: it has ${known.join(", ")}`,
    { table: name, column, columns: known },
  );
}

function all(terms: readonly Predicate[]): Predicate {
  const [only] = terms;
  return only !== undefined && terms.length === 1 ? only : { kind: "and", of: terms };
}

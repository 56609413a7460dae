/**
 * Constraints between rows: unique keys, and references to the keys of other tables with their
 * cardinality. Declared in descriptors, checked when an operation commits, on the state that the
 * commit will produce. Source: docs/format/descriptor.md, "Constraints".
 */
import { type ColumnType, formatColumnType } from "./column-type.js";
import type { Cardinality } from "./constraint-violation.js";
import { SchemaError, show } from "./errors.js";
import type { TableKey } from "./id-types.js";
import { parseTableKey } from "./ids.js";

/** Types whose values can be keys: equal values have equal texts, and none is NaN. */
const KEY_TYPES: readonly unknown[] = ["i64", "i32", "str", "bool", "timestamp"];

/** Each value of `columns` that holds no null is the key of a row of `table`. */
export interface ReferenceConstraint {
  /** Columns of the referencing table, in the order of the key columns of the other. */
  readonly columns: readonly string[];
  /** The referenced table. It must have a key. */
  readonly table: TableKey;
  readonly cardinality: Cardinality;
}

export interface Constraints {
  /** Lists of columns: no two rows have the same values in them, but for rows with a null there. */
  readonly unique: readonly (readonly string[])[];
  readonly references: readonly ReferenceConstraint[];
}

/** Constraints as they are declared. */
export interface ConstraintSpecs<Column extends string = string> {
  readonly unique?: readonly (readonly Column[])[];
  readonly references?: readonly {
    readonly columns: readonly Column[];
    readonly table: string;
    /** Default: 0 and any number. */
    readonly cardinality?: { readonly min?: number; readonly max?: number | null };
  }[];
}

/** What constraints need to know of a table. */
export interface ConstrainedTable {
  readonly name: TableKey;
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly key: readonly string[];
}

/** Of tables without any. */
export const NO_CONSTRAINTS: Constraints = Object.freeze({
  unique: Object.freeze([]),
  references: Object.freeze([]),
});

export function isKeyType(type: ColumnType): boolean {
  return KEY_TYPES.includes(type);
}

export function hasConstraints({ unique, references }: Constraints): boolean {
  return unique.length > 0 || references.length > 0;
}

/**
 * Constraints in their one form, checked against the table that declares them.
 *
 * @throws SchemaError `INVALID_DESCRIPTOR` naming the table, the constraint and the rule.
 * @throws GrammarError `INVALID_NAME` for the name of a referenced table.
 */
export function parseConstraints(table: ConstrainedTable, specs: ConstraintSpecs): Constraints {
  checkMembers(table, "constraints", specs, ["unique", "references"]);
  const { unique = [], references = [] } = specs;
  for (const [kind, list] of Object.entries({ unique, references })) {
    if (!Array.isArray(list)) {
      throw invalid(table.name, `constraints.${kind} must be a list (got: ${show(list)})`);
    }
  }
  for (const reference of references) {
    checkMembers(table, "references", reference, ["columns", "table", "cardinality"]);
  }
  const constraints: Constraints = {
    unique: unique.map((columns) => parseColumns(table, "unique", columns)),
    references: references.map((reference) => ({
      columns: parseColumns(table, "references", reference.columns),
      table: parseTableKey(reference.table),
      cardinality: parseCardinality(table, reference.cardinality),
    })),
  };
  checkDistinct(table, "unique", constraints.unique);
  checkDistinct(
    table,
    "references",
    constraints.references.map((reference) => [reference.table, ...reference.columns]),
  );
  for (const reference of constraints.references) {
    if (reference.table === table.name) checkReference(table, reference, table);
  }
  return constraints;
}

/**
 * Checks that `reference` fits the table that it names.
 *
 * @param referencing The table that declares it.
 * @param referenced Undefined: there is no such table.
 * @throws SchemaError `INVALID_DESCRIPTOR`.
 */
export function checkReference(
  { name, columns }: ConstrainedTable,
  reference: ReferenceConstraint,
  referenced: ConstrainedTable | undefined,
): void {
  const what = `${show(reference.columns)} references table ${show(reference.table)}`;
  if (referenced === undefined) {
    throw invalid(name, `${what}, which does not exist: describe it, too, when the run is opened`);
  }
  const { key } = referenced;
  if (key.length === 0) {
    throw invalid(name, `${what}, which has no key: declare one with defineTable({ key: […] })`);
  }
  if (key.length !== reference.columns.length) {
    throw invalid(name, `${what}, whose key has the columns ${show(key)}: name one for each`);
  }
  for (const [i, keyColumn] of key.entries()) {
    const column = reference.columns[i] as string;
    const type = columns[column] as ColumnType;
    const keyType = referenced.columns[keyColumn] as ColumnType;
    if (type === keyType) continue;
    throw invalid(
      name,
      `${what}: column ${show(column)} is ${formatColumnType(type)} and the key column ${show(keyColumn)} is ${formatColumnType(keyType)}; give both the same type`,
    );
  }
}

function parseColumns(
  table: ConstrainedTable,
  kind: string,
  columns: readonly string[],
): readonly string[] {
  if (!Array.isArray(columns) || columns.length === 0) {
    throw invalid(table.name, `${kind} needs a list of columns (got: ${show(columns)})`);
  }
  if (new Set(columns).size !== columns.length) {
    throw invalid(table.name, `${kind} ${show(columns)} must name each column once`);
  }
  for (const column of columns) {
    if (typeof column !== "string" || !Object.hasOwn(table.columns, column)) {
      throw invalid(table.name, `the ${kind} column ${show(column)} is not one of its columns`);
    }
    if (!isKeyType(table.columns[column] as ColumnType)) {
      throw invalid(
        table.name,
        `the ${kind} column ${show(column)} must be an i64, i32, str, bool or timestamp`,
      );
    }
  }
  return [...columns];
}

function parseCardinality(
  table: ConstrainedTable,
  cardinality: Partial<Cardinality> = {},
): Cardinality {
  checkMembers(table, "cardinality", cardinality, ["min", "max"]);
  const { min = 0, max = null } = cardinality;
  const isCount = (n: number | null): n is number => Number.isSafeInteger(n) && (n ?? -1) >= 0;
  if (!isCount(min) || !(max === null || (isCount(max) && max >= Math.max(min, 1)))) {
    throw invalid(
      table.name,
      `the cardinality of references needs whole numbers min >= 0 and max >= min, at least 1 (got: ${show({ min, max })})`,
    );
  }
  return { min, max };
}

/** A misspelt constraint would otherwise never be checked. */
function checkMembers(
  { name }: ConstrainedTable,
  what: string,
  value: object,
  allowed: readonly string[],
): void {
  if (typeof value === "object" && value !== null) {
    const unknown = Object.keys(value).find((member) => !allowed.includes(member));
    if (unknown === undefined) return;
  }
  throw invalid(name, `${what} must be an object of ${allowed.join(", ")} (got: ${show(value)})`);
}

function checkDistinct(
  { name }: ConstrainedTable,
  kind: string,
  lists: readonly (readonly string[])[],
): void {
  const texts = lists.map((list) => JSON.stringify(list));
  const twice = lists.find((_, i) => texts.indexOf(texts[i] as string) !== i);
  if (twice !== undefined) throw invalid(name, `${kind} ${show(twice)} is declared twice`);
}

function invalid(table: TableKey, rule: string): SchemaError {
  return new SchemaError("INVALID_DESCRIPTOR", `table ${show(table)}: ${rule}`, {
    details: { table },
  });
}

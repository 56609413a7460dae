/**
 * Table descriptors: everything needed to read, write and check a table without the program that
 * made it. Stored whole in the table's first commit record. Source: docs/format/descriptor.md.
 */
import { canonicalJson } from "./canonical-json.js";
import {
  brokenNameRule,
  type ColumnSpecs,
  type ColumnType,
  countLeaves,
  isStructType,
  type ParsedSpec,
  parseColumnSpec,
} from "./column-type.js";
import {
  type ConstraintSpecs,
  type Constraints,
  isKeyType,
  NO_CONSTRAINTS,
  parseConstraints,
} from "./constraints.js";
import { SchemaError, show } from "./errors.js";
import type { TableKey } from "./id-types.js";
import { parseTableKey } from "./ids.js";
import { COLUMNS_MAX } from "./limits.js";
import { SCHEMA_V, type SchemaVersion } from "./versioning.js";

/** Ticks per bucket when a table does not say. */
export const TICK_BUCKET_SIZE = 100;

/** Holds the bucket id. Canonical tables have it; it is always recomputed from the tick. */
export const BUCKET_COLUMN = "bucket";

declare const spec: unique symbol;

/**
 * `Specs` is known to the compiler only: it types the rows (see `InferRow`). `Name` is the literal
 * name, so that tables passed at open are typed by their names, too.
 */
export interface TableDescriptor<
  Specs extends ColumnSpecs = ColumnSpecs,
  Name extends string = string,
> {
  readonly name: TableKey & Name;
  /** Column name to type, in storage order. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly partitioning: readonly ["bucket"];
  /** Columns that hold no nulls. `required` and `nullable` together are all columns. */
  readonly required: readonly string[];
  readonly nullable: readonly string[];
  readonly version: SchemaVersion;
  /** Column that orders rows and chooses their bucket; null = one bucket, 0. */
  readonly tickColumn: string | null;
  /** Ticks per bucket; null = the run's setting when the table is created. */
  readonly tickBucketSize: number | null;
  /** Columns that name a row, empty = none. */
  readonly key: readonly string[];
  /** What holds between rows at every version. */
  readonly constraints: Constraints;
  readonly [spec]?: Specs;
}

export interface TableOptions<Specs extends ColumnSpecs, Name extends string = string> {
  readonly name: Name;
  readonly columns: Specs;
  /** Columns that together name a row. They must be required and scalar. */
  readonly key?: readonly (keyof Specs & string)[];
  /**
   * What must hold between rows, of this table and of those that it references. Checked at commit, on
   * the state that the commit will produce; rows with a null in the columns of one are exempt from it.
   */
  readonly constraints?: ConstraintSpecs<keyof Specs & string>;
  /** The i64 or i32 column that orders rows; default: the column `tick` if there is one; null: none. */
  readonly tick?: (keyof Specs & string) | null;
  /** Ticks per bucket, at least 1; default: the run's `tickBucketSize`. */
  readonly bucketSize?: number;
}

/**
 * Describes a user's own table.
 *
 * @example
 * const flights = defineTable({
 *   name: "flights",
 *   columns: { minute: "i64", origin: "str", destination: "str", delay: "i64?" },
 *   tick: "minute",
 *   bucketSize: 1440,
 * });
 * @throws GrammarError `INVALID_NAME` for the table's name.
 * @throws SchemaError `INVALID_DESCRIPTOR` naming the table, the column and the rule.
 */
export function defineTable<const Specs extends ColumnSpecs, const Name extends string = string>(
  options: TableOptions<Specs, Name>,
): TableDescriptor<Specs, Name> {
  const name = parseTableKey(options.name) as TableKey & Name;
  if (Object.hasOwn(options.columns, BUCKET_COLUMN)) {
    throw invalid(
      name,
      `column "${BUCKET_COLUMN}" is reserved: the bucket is computed from the tick`,
    );
  }
  return makeDescriptor(name, options);
}

/** As {@link defineTable}, for tables that hold their bucket id as a column. */
export function makeDescriptor<const Specs extends ColumnSpecs, Name extends string>(
  name: TableKey & Name,
  options: TableOptions<Specs, Name> & { readonly requiredOrder?: readonly string[] },
): TableDescriptor<Specs, Name> {
  const parsed = parseColumns(name, options.columns);
  const columns = new Map([...parsed].map(([column, p]) => [column, p.type]));
  const required = [...parsed].filter(([, p]) => !p.nullable).map(([column]) => column);
  const tickColumn = chooseTick(name, parsed, options.tick);
  const bucketSize = options.bucketSize ?? null;
  if (bucketSize !== null && !(Number.isSafeInteger(bucketSize) && bucketSize >= 1)) {
    throw invalid(
      name,
      `bucketSize must be a whole number of ticks, at least 1 (got: ${show(bucketSize)})`,
    );
  }
  if (bucketSize !== null && tickColumn === null) {
    throw invalid(name, "bucketSize needs a tick column: name one, or leave bucketSize out");
  }
  const key = [...(options.key ?? [])];
  checkKey(name, parsed, key);
  const table = { name, columns: Object.fromEntries(columns), key };
  return deepFreeze({
    name,
    columns: table.columns,
    partitioning: ["bucket"] as const,
    required: options.requiredOrder ?? required,
    nullable: [...parsed].filter(([, p]) => p.nullable).map(([column]) => column),
    version: SCHEMA_V,
    tickColumn,
    tickBucketSize: bucketSize,
    key,
    constraints: options.constraints
      ? parseConstraints(table, options.constraints)
      : NO_CONSTRAINTS,
  });
}

/** Whether both describe the same table, up to the phantom row type. */
export function equalDescriptors(a: TableDescriptor, b: TableDescriptor): boolean {
  return a === b || describeText(a) === describeText(b);
}

/** `descriptor` with the bucket size that its run gave it. */
export function withBucketSize(descriptor: TableDescriptor, ticks: number): TableDescriptor {
  if (descriptor.tickColumn === null || descriptor.tickBucketSize !== null) return descriptor;
  return deepFreeze({ ...descriptor, tickBucketSize: ticks });
}

/** The order of columns counts, and that of the fields of structs, so both are compared as lists. */
function describeText(d: TableDescriptor): string {
  const columns = Object.entries(d.columns).map(([name, type]) => [name, orderedType(type)]);
  // Minor versions are additive: the same columns are the same table under each of them.
  const { major } = d.version;
  const constraints = {
    unique: d.constraints.unique.map(canonicalJson).sort(),
    references: d.constraints.references.map(canonicalJson).sort(),
  };
  const required = [...d.required].sort();
  return canonicalJson({ ...d, version: major, columns, required, constraints });
}

function orderedType(type: ColumnType): unknown {
  if (!isStructType(type)) return type;
  return Object.entries(type.struct).map(([name, fieldSpec]) => {
    const field = parseColumnSpec(name, fieldSpec);
    return [name, orderedType(field.type), field.nullable];
  });
}

function parseColumns(table: TableKey, specs: ColumnSpecs): Map<string, ParsedSpec> {
  const entries = Object.entries(specs);
  if (entries.length === 0) throw invalid(table, "declare at least one column");
  const parsed = new Map<string, ParsedSpec>();
  for (const [column, columnSpec] of entries) {
    const broken = brokenNameRule(column);
    if (broken !== undefined) throw invalid(table, `the name of column ${show(column)} ${broken}`);
    if (["and", "or", "not"].includes(column)) {
      throw invalid(table, `column "${column}" is a word of filters; choose another name`);
    }
    parsed.set(column, parseColumnSpec(column, columnSpec));
  }
  const count = [...parsed.values()].reduce((sum, { type }) => sum + countLeaves(type), 0);
  if (count > COLUMNS_MAX) throw invalid(table, `${count} columns are more than ${COLUMNS_MAX}`);
  return parsed;
}

function chooseTick(
  table: TableKey,
  columns: ReadonlyMap<string, ParsedSpec>,
  asked: string | null | undefined,
): string | null {
  const chosen = asked === undefined ? (columns.has("tick") ? "tick" : null) : asked;
  if (chosen === null) return null;
  const column = columns.get(chosen);
  if (column === undefined) {
    throw invalid(table, `the tick column ${show(chosen)} is not one of its columns`);
  }
  if (column.nullable || (column.type !== "i64" && column.type !== "i32")) {
    throw invalid(table, `the tick column ${show(chosen)} must be a required i64 or i32`);
  }
  return chosen;
}

function checkKey(
  table: TableKey,
  columns: ReadonlyMap<string, ParsedSpec>,
  key: readonly string[],
): void {
  if (new Set(key).size !== key.length) throw invalid(table, "a key names each column once");
  for (const name of key) {
    const column = columns.get(name);
    if (column === undefined)
      throw invalid(table, `the key column ${show(name)} is not one of its columns`);
    if (column.nullable || !isKeyType(column.type)) {
      throw invalid(
        table,
        `the key column ${show(name)} must be a required i64, i32, str, bool or timestamp`,
      );
    }
  }
}

function invalid(table: TableKey, rule: string): SchemaError {
  return new SchemaError("INVALID_DESCRIPTOR", `table ${show(table)}: ${rule}`, {
    details: { table },
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/**
 * Changes of a table's columns that leave every part readable as it is. Pure.
 * Source: docs/format/descriptor.md, "Evolution".
 */
import {
  type ColumnSpec,
  type ColumnSpecs,
  type ColumnType,
  formatColumnType,
  isStructType,
  parseColumnSpec,
} from "./column-type.js";
import { BUCKET_COLUMN, makeDescriptor, type TableDescriptor } from "./descriptor.js";
import { SchemaError, show } from "./errors.js";

/** What changes. Columns that are added come last, in the order given. */
export interface TableEvolution {
  /** New columns, which must be nullable: rows that are there have no values for them. */
  readonly add?: ColumnSpecs;
  /** Columns that go. One of the same name may be added, also in the same evolution: it begins empty. */
  readonly drop?: readonly string[];
  /** Columns that become `i64` (from `i32`) or `f64` (from `f32`). */
  readonly widen?: Readonly<Record<string, "i64" | "f64">>;
  /** Required columns that may hold nulls from now on. */
  readonly makeNullable?: readonly string[];
  /** By declared struct: new fields, which must be nullable. */
  readonly addFields?: Readonly<Record<string, ColumnSpecs>>;
}

/** A table as it will be. */
export interface EvolvedTable {
  readonly descriptor: TableDescriptor;
  /** Columns whose values in older parts are gone, though their files hold them. */
  readonly dropped: readonly string[];
}

const WIDER: Readonly<Record<string, string>> = { i32: "i64", f32: "f64" };
const MEMBERS = ["add", "drop", "widen", "makeNullable", "addFields"];

/**
 * The descriptor of `table` after `evolution`.
 *
 * @throws SchemaError `INVALID_DESCRIPTOR` naming the table, the column and the reason; also when
 *   nothing would change.
 */
export function evolveDescriptor(table: TableDescriptor, evolution: TableEvolution): EvolvedTable {
  checkMembers(table, evolution);
  const { add = {}, drop = [], widen = {}, makeNullable = [], addFields = {} } = evolution;
  const specs = new Map(
    Object.entries(table.columns).map(([name, type]) => [
      name,
      specOf(type, table.nullable.includes(name)),
    ]),
  );
  for (const name of makeNullable) {
    checkFree(table, name, "must stay required");
    const type = columnOf(table, name);
    if (table.nullable.includes(name)) throw refuse(table, name, "is nullable already");
    specs.set(name, specOf(type, true));
  }
  for (const [name, wider] of Object.entries(widen)) {
    checkFree(table, name, "must keep its type");
    const type = columnOf(table, name);
    if (typeof type !== "string" || WIDER[type] !== wider) {
      throw refuse(
        table,
        name,
        `is ${formatColumnType(type)}, which cannot become ${show(wider)}: i32 can become i64, f32 can become f64`,
      );
    }
    specs.set(name, specOf(wider, isNullable(specs.get(name) as ColumnSpec)));
  }
  for (const [name, fields] of Object.entries(addFields)) {
    const type = columnOf(table, name);
    specs.set(name, withFields(table, name, type, fields, specs.get(name) as ColumnSpec));
  }
  for (const name of drop) {
    checkFree(table, name, "must stay");
    columnOf(table, name);
    specs.delete(name);
  }
  for (const [name, spec] of Object.entries(add)) {
    if (name === BUCKET_COLUMN) throw refuse(table, name, "is reserved");
    if (specs.has(name)) throw refuse(table, name, "is there already");
    if (!parseColumnSpec(name, spec).nullable) {
      throw refuse(
        table,
        name,
        `must be nullable, since the rows that are there have no value for it: write ${show(askNullable(spec))}`,
      );
    }
    specs.set(name, spec);
  }
  if (specs.size === 0) throw refuse(table, drop[0] ?? "", "is the last one and must stay");
  return { descriptor: describe(table, specs), dropped: [...drop] };
}

function describe(table: TableDescriptor, specs: ReadonlyMap<string, ColumnSpec>): TableDescriptor {
  const evolved = makeDescriptor(table.name, {
    name: table.name,
    columns: Object.fromEntries(specs),
    tick: table.tickColumn,
    key: table.key,
    ...(table.tickBucketSize !== null && { bucketSize: table.tickBucketSize }),
  });
  const stillRequired = table.required.filter((name) => evolved.required.includes(name));
  const { version, constraints } = table;
  return Object.freeze({ ...evolved, required: stillRequired, version, constraints });
}

function withFields(
  table: TableDescriptor,
  column: string,
  type: ColumnType,
  fields: ColumnSpecs,
  spec: ColumnSpec,
): ColumnSpec {
  if (!isStructType(type)) {
    const remedy = type === "struct" ? "an open struct takes any field as it is" : "add a column";
    throw refuse(table, column, `is ${formatColumnType(type)}, no declared struct: ${remedy}`);
  }
  for (const [field, fieldSpec] of Object.entries(fields)) {
    if (Object.hasOwn(type.struct, field)) {
      throw refuse(table, column, `has the field ${show(field)} already`);
    }
    if (!parseColumnSpec(`${column}.${field}`, fieldSpec).nullable) {
      throw refuse(
        table,
        column,
        `has rows without the field ${show(field)}, so it must be nullable: write ${show(askNullable(fieldSpec))}`,
      );
    }
  }
  return specOf({ struct: { ...type.struct, ...fields } }, isNullable(spec));
}

/** Columns that rows are found or checked by keep what they are. */
function checkFree(table: TableDescriptor, column: string, what: string): void {
  const { tickColumn, key, constraints } = table;
  const why =
    column === BUCKET_COLUMN
      ? "names the bucket"
      : column === tickColumn
        ? "orders the rows"
        : key.includes(column)
          ? "is in the key"
          : constraints.unique.flat().includes(column)
            ? "is in a unique constraint"
            : constraints.references.some(({ columns }) => columns.includes(column))
              ? "is in a reference"
              : undefined;
  if (why !== undefined) throw refuse(table, column, `${why} and ${what}`);
}

function columnOf(table: TableDescriptor, column: string): ColumnType {
  const type = Object.hasOwn(table.columns, column) ? table.columns[column] : undefined;
  if (type !== undefined) return type;
  throw refuse(
    table,
    column,
    `is not in the table, which has ${Object.keys(table.columns).join(", ")}`,
  );
}

function specOf(type: ColumnType, nullable: boolean): ColumnSpec {
  if (typeof type === "string") return nullable ? `${type}?` : type;
  return nullable ? { ...type, nullable } : type;
}

function isNullable(spec: ColumnSpec): boolean {
  return typeof spec === "string" ? spec.endsWith("?") : spec.nullable === true;
}

function askNullable(spec: ColumnSpec): unknown {
  return typeof spec === "string" ? `${spec}?` : { ...spec, nullable: true };
}

function checkMembers(table: TableDescriptor, evolution: TableEvolution): void {
  const members = Object.keys(evolution);
  const unknown = members.find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) {
    throw invalid(table, `an evolution has no ${show(unknown)}: use ${MEMBERS.join(", ")}`);
  }
  const changes = Object.values(evolution).flatMap((change) => Object.keys(change ?? {}));
  if (changes.length === 0) throw invalid(table, `name at least one change: ${MEMBERS.join(", ")}`);
}

function refuse(table: TableDescriptor, column: string, why: string): SchemaError {
  return invalid(table, `column ${show(column)} ${why}`, column);
}

function invalid(table: TableDescriptor, rule: string, column?: string): SchemaError {
  return new SchemaError(
    "INVALID_DESCRIPTOR",
    `table ${show(table.name)} cannot change so: ${rule}`,
    { details: { table: table.name, ...(column !== undefined && { column }) } },
  );
}

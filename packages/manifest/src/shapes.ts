/**
 * Shapes that several documents share, as zod schemas from what is on disk (snake_case, arrays and
 * objects) to the types of core (camelCase, maps). Each stands beside the function that writes it.
 * Source: docs/format/commit-record.md.
 */
import {
  brokenNameRule,
  type ColumnStatistics,
  type ColumnType,
  CrvError,
  hasConstraints,
  NAME_CHARS_MAX,
  NO_CONSTRAINTS,
  type ObjectKey,
  type PartEntry,
  parseBranchName,
  parseColumnSpec,
  parseCommitId,
  parseConstraints,
  parseObjectKey,
  parseOperationId,
  parsePartKey,
  parseTableKey,
  type RowGroupEntry,
  type Scalar,
  SchemaError,
  type StatisticsByColumn,
  schemaVersion,
  show,
  type TableDescriptor,
} from "@crv/core";
import { z } from "zod";
import { keyFilterShape, writeKeyFilter } from "./key-filter-shape.js";

/** A step of a shape that refuses by throwing a `CrvError`, as core's parsers do. */
function checkedBy<In, Out>(parse: (value: In) => Out) {
  return (value: In, context: z.RefinementCtx<In>): Out => {
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof CrvError)) throw error;
      context.addIssue({ code: "custom", message: error.message });
      return z.NEVER;
    }
  };
}

/** A zod type of what one of core's parsers accepts. */
export function parsedBy<T>(parse: (value: unknown) => T): z.ZodType<T> {
  return z.unknown().transform(checkedBy(parse));
}

export const operationIdShape = parsedBy(parseOperationId);
export const commitIdShape = parsedBy(parseCommitId);
export const tableKeyShape = parsedBy(parseTableKey);
export const branchNameShape = parsedBy(parseBranchName);
export const objectKeyShape = parsedBy(parseObjectKey);
export const countShape = z.int().nonnegative();
export const versionShape = z.int().positive();
/** As `Date.toISOString` prints it: one form, so that texts compare as times do. */
export const timeShape = z.iso.datetime({ precision: 3 });
const columnNameShape = z.string().min(1).max(NAME_CHARS_MAX);

/** Objects keyed by a checked name, as maps. */
export function mapShape<K extends string, V>(
  key: z.ZodType<K>,
  value: z.ZodType<V>,
): z.ZodType<ReadonlyMap<K, V>> {
  const entries = z.array(z.tuple([key, value]) as unknown as z.ZodType<readonly [K, V]>);
  return z
    .custom<object>(
      (v) => typeof v === "object" && v !== null && !Array.isArray(v),
      "not an object",
    )
    .transform((v): unknown => Object.entries(v))
    .pipe(entries)
    .transform((pairs) => new Map(pairs));
}

export function writeMap<V>(map: ReadonlyMap<string, V>, write: (value: V) => unknown): object {
  return Object.fromEntries([...map].map(([key, value]) => [key, write(value)]));
}

// ---- statistics. An int64 beyond 2^53-1 is { "i64": "…" }.

const scalarShape: z.ZodType<Scalar> = z.union([
  z.number(),
  z.string(),
  z.boolean(),
  z
    .object({ i64: z.string().regex(/^-?[1-9]\d{15,18}$/) })
    .transform((v) => BigInt(v.i64))
    .refine((v) => BigInt.asIntN(64, v) === v && !Number.isSafeInteger(Number(v))),
]);

const statisticsShape: z.ZodType<StatisticsByColumn> = mapShape(
  columnNameShape,
  z.object({ min: scalarShape.optional(), max: scalarShape.optional(), nulls: countShape }),
).transform((map) => {
  const columns: Record<string, ColumnStatistics> = Object.create(null);
  for (const [name, statistics] of map) columns[name] = prune(statistics);
  return columns;
});

interface Bounds<Bound> {
  readonly min?: Bound;
  readonly max?: Bound;
  readonly nulls: number;
}

/** Without spreads, which take longer than all else that is done to a column of a record. */
function prune<Bound extends {}>({ min, max, nulls }: Bounds<Bound | undefined>): Bounds<Bound> {
  if (min !== undefined && max !== undefined) return { min, max, nulls };
  if (min !== undefined) return { min, nulls };
  return max === undefined ? { nulls } : { max, nulls };
}

function writeStatistics(columns: StatisticsByColumn): object {
  return Object.fromEntries(
    Object.entries(columns).map(([name, { min, max, nulls }]) => [
      name,
      prune({ min: writeScalar(min), max: writeScalar(max), nulls }),
    ]),
  );
}

function writeScalar<Value>(value: Value): Value | number | { readonly i64: string } {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : { i64: value.toString() };
}

// ---- parts

const rowGroupShape: z.ZodType<RowGroupEntry> = z.object({
  rows: countShape,
  columns: statisticsShape,
});

export const partShape: z.ZodType<PartEntry> = z
  .object({
    path: objectKeyShape,
    rows: countShape,
    bytes: countShape,
    digest: z.string().regex(/^[0-9a-f]{32}$/),
    bucket: countShape,
    tick_min: countShape.nullable(),
    tick_max: countShape.nullable(),
    columns: statisticsShape,
    row_groups: z.array(rowGroupShape).optional(),
    key_filter: keyFilterShape,
  })
  .refine((p) => isPartOf(p.path, p.bucket), "path is not that of a part in its bucket")
  .refine((p) => (p.tick_min === null) === (p.tick_max === null), "one tick bound is missing")
  .refine((p) => (p.tick_min ?? 0) <= (p.tick_max ?? 0), "tick_min is above tick_max")
  .transform((p) => ({
    path: p.path,
    rows: p.rows,
    bytes: p.bytes,
    digest: p.digest,
    bucket: p.bucket,
    tickMin: p.tick_min,
    tickMax: p.tick_max,
    columns: p.columns,
    ...(p.row_groups && { rowGroups: p.row_groups }),
    ...(p.key_filter && { keyFilter: p.key_filter }),
  }));

function isPartOf(path: ObjectKey, bucket: number): boolean {
  try {
    return parsePartKey(path)?.bucket === bucket;
  } catch {
    return false;
  }
}

export function writePart(part: PartEntry): object {
  return {
    path: part.path,
    rows: part.rows,
    bytes: part.bytes,
    digest: part.digest,
    bucket: part.bucket,
    tick_min: part.tickMin,
    tick_max: part.tickMax,
    columns: writeStatistics(part.columns),
    ...(part.rowGroups && {
      row_groups: part.rowGroups.map((g) => ({
        rows: g.rows,
        columns: writeStatistics(g.columns),
      })),
    }),
    ...(part.keyFilter && { key_filter: writeKeyFilter(part.keyFilter) }),
  };
}

// ---- descriptors. Columns are a list, because canonical JSON sorts the members of objects.

const columnShape = z.object({ name: z.string(), type: z.unknown() }).transform(
  checkedBy((c): readonly [string, ColumnType] => {
    const { type, nullable } = parseColumnSpec(c.name, readType(c.type));
    const broken = nullable ? "is nullable by its type" : brokenNameRule(c.name);
    if (broken === undefined) return [c.name, type];
    throw new SchemaError("INVALID_DESCRIPTOR", `column ${show(c.name)} ${broken}`);
  }),
);

const schemaVersionShape = z
  .object({ major: countShape, minor: countShape, date: z.string() })
  .transform(checkedBy((v) => schemaVersion(v.major, v.minor, v.date)));

const constraintsShape = z.object({
  unique: z.array(z.array(z.string())),
  references: z.array(
    z.object({
      columns: z.array(z.string()),
      table: z.string(),
      cardinality: z.object({ min: countShape, max: countShape.nullable() }),
    }),
  ),
});

export const descriptorShape: z.ZodType<TableDescriptor> = z
  .object({
    name: tableKeyShape,
    columns: z.array(columnShape).min(1),
    required: z.array(z.string()),
    nullable: z.array(z.string()),
    version: schemaVersionShape,
    tick_column: z.string().nullable(),
    tick_bucket_size: versionShape.nullable(),
    key: z.array(z.string()),
    constraints: constraintsShape.optional(),
  })
  .refine((d) => {
    const names = new Set(d.columns.map(([name]) => name));
    const split = [...d.required, ...d.nullable];
    const others = [...d.key, ...(d.tick_column === null ? [] : [d.tick_column])];
    return (
      names.size === d.columns.length &&
      split.length === names.size &&
      new Set(split).size === names.size &&
      split.every((name) => names.has(name)) &&
      others.every((name) => d.required.includes(name))
    );
  }, "its columns, required, nullable, key and tick_column do not fit together")
  .transform((d) => ({ ...d, columns: Object.fromEntries(d.columns) }))
  .transform(
    checkedBy((d) => ({
      ...d,
      constraints: d.constraints ? parseConstraints(d, d.constraints) : NO_CONSTRAINTS,
    })),
  )
  .transform((d) => ({
    name: d.name,
    columns: d.columns,
    partitioning: ["bucket"] as const,
    required: d.required,
    nullable: d.nullable,
    version: d.version,
    tickColumn: d.tick_column,
    tickBucketSize: d.tick_bucket_size,
    key: d.key,
    constraints: d.constraints,
  }));

export function writeDescriptor(d: TableDescriptor): object {
  return {
    name: d.name,
    columns: Object.entries(d.columns).map(([name, type]) => ({ name, type: writeType(type) })),
    required: d.required,
    nullable: d.nullable,
    version: { ...d.version },
    tick_column: d.tickColumn,
    tick_bucket_size: d.tickBucketSize,
    key: d.key,
    ...(hasConstraints(d.constraints) && { constraints: d.constraints }),
  };
}

/** A declared struct is a list of fields, so that their order survives. */
function writeType(type: unknown): unknown {
  if (typeof type !== "object" || type === null || !("struct" in type)) return type;
  const fields = Object.entries(type.struct as object);
  return {
    struct: fields.map(([name, spec]) => ({ name, type: writeType(spec) })),
    ...("nullable" in type && type.nullable === true && { nullable: true }),
  };
}

/** Undefined when `type` is a struct, but not one that {@link writeType} writes. */
function readType(type: unknown): unknown {
  if (typeof type !== "object" || type === null || !("struct" in type)) return type;
  if (!Array.isArray(type.struct)) return undefined;
  const fields = new Map(
    type.struct.map((f: unknown): [string, unknown] => {
      const { name, type: spec } = (f ?? {}) as { name?: unknown; type?: unknown };
      return [String(name), readType(spec)];
    }),
  );
  if (fields.size !== type.struct.length) return undefined;
  return { ...type, struct: Object.fromEntries(fields) };
}

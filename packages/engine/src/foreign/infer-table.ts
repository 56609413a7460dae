/**
 * What a table is, from the parts that other programs wrote of it: the canonical table of that name, or
 * the columns that its parts have, all nullable but for the tick. Pure.
 */
import {
  BUCKET_COLUMN,
  type ColumnSpec,
  type ColumnType,
  defineTable,
  evolveDescriptor,
  getTable,
  isLowerSnake,
  isTableName,
  type LeftOutColumn,
  type TableDescriptor,
  type TableKey,
  withBucketSize,
} from "@crv/core";
import { arrowType, isAppendable } from "@crv/core/arrow";
import type { InspectedPart } from "@crv/storage-trait/parts";
import type { DataType } from "apache-arrow";
import { checkMetadata, notTakenOver } from "./check-metadata.js";

/** Types that a foreign column may be read as, narrowest first; open ones take what is nested. */
const CANDIDATES: readonly ColumnType[] = [
  "bool",
  "i32",
  "i64",
  "f32",
  "f64",
  "timestamp",
  "str",
  "binary",
  "struct",
];

const TICK = "tick";

export interface InferredTable {
  readonly descriptor: TableDescriptor;
  readonly leftOut: readonly LeftOutColumn[];
}

/**
 * @param tickBucketSize Of a table that is made with it.
 * @throws SchemaError `INVALID_DESCRIPTOR` naming the part and the column that cannot be read.
 * @throws VersionMismatch `VERSION_MISMATCH` for parts of a schema that this release does not know.
 */
export function inferTable(
  table: TableKey,
  parts: readonly InspectedPart[],
  tickBucketSize: number,
): InferredTable {
  for (const part of parts) checkMetadata(table, part);
  const canonical = isTableName(table) ? (getTable(table) as TableDescriptor) : undefined;
  const columns = new Map<string, DataType[]>();
  for (const { schema } of parts) {
    for (const { name, type } of schema.fields) {
      columns.set(name, [...(columns.get(name) ?? []), type]);
    }
  }
  if (canonical) checkCanonical(canonical, parts);
  const leftOut: LeftOutColumn[] = [];
  const specs: Record<string, ColumnSpec> = {};
  for (const [column, types] of columns) {
    if (column === BUCKET_COLUMN || (canonical && Object.hasOwn(canonical.columns, column))) {
      continue;
    }
    const type = isLowerSnake(column) ? commonType(types) : undefined;
    if (type !== undefined) specs[column] = type as ColumnSpec;
    else {
      const found = [...new Set(types.map(String))].join(", ");
      const reason = isLowerSnake(column)
        ? `no column can be read from ${found}`
        : "its name is not lower_snake";
      leftOut.push({ table, column, reason });
    }
  }
  const descriptor = canonical
    ? withNullableColumns(canonical, specs)
    : describeForeign(table, specs, parts);
  return { descriptor: withBucketSize(descriptor, tickBucketSize), leftOut };
}

function withNullableColumns(
  canonical: TableDescriptor,
  specs: Readonly<Record<string, ColumnSpec>>,
): TableDescriptor {
  if (Object.keys(specs).length === 0) return canonical;
  const add = Object.fromEntries(Object.entries(specs).map(([c, type]) => [c, `${type}?`]));
  return evolveDescriptor(canonical, { add: add as never }).descriptor;
}

function describeForeign(
  table: TableKey,
  specs: Readonly<Record<string, ColumnSpec>>,
  parts: readonly InspectedPart[],
): TableDescriptor {
  const isEverywhere = parts.every(({ schema }) => schema.fields.some(({ name }) => name === TICK));
  const hasTick = isEverywhere && (specs[TICK] === "i64" || specs[TICK] === "i32");
  const columns = Object.fromEntries(
    Object.entries(specs).map(([column, type]) => [
      column,
      column === TICK && hasTick ? type : `${type}?`,
    ]),
  );
  return defineTable({ name: table, columns: columns as never, tick: hasTick ? TICK : null });
}

/** The narrowest type that every value of all `types` has its equal in. */
function commonType(types: readonly DataType[]): ColumnType | undefined {
  return CANDIDATES.find((candidate) => {
    const target = arrowType(candidate);
    return types.every((type) => isAppendable(type, target));
  });
}

function checkCanonical(canonical: TableDescriptor, parts: readonly InspectedPart[]): void {
  for (const { path, schema } of parts) {
    for (const [column, type] of Object.entries(canonical.columns)) {
      const found = schema.fields.find(({ name }) => name === column);
      if (found === undefined || isAppendable(found.type, arrowType(type))) continue;
      throw notTakenOver(
        path,
        `its column "${column}" is ${found.type}, and ${canonical.name} has ${type}`,
      );
    }
    if (!schema.fields.some(({ name }) => name === TICK)) {
      throw notTakenOver(path, `it has no column "${TICK}"`);
    }
  }
}

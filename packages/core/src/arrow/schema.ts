/**
 * How each column type lies in Arrow. Source: docs/format/values.md, "Column types".
 *
 * The schema is a function of the descriptor alone: dictionary ids are positions, so two schemas of
 * one table are interchangeable and their batches may be mixed.
 */
import {
  Binary,
  Bool,
  type DataType,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Int64,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from "apache-arrow";
import {
  type ColumnSpecs,
  type ColumnType,
  isOpenType,
  isStructType,
  parseColumnSpec,
  parseVectorType,
  type ScalarType,
  type VectorElement,
} from "../column-type.js";
import type { TableDescriptor } from "../descriptor.js";
import { SchemaError, show } from "../errors.js";

/** Marks JSON text, as Arrow's canonical extension type does. */
const JSON_EXTENSION = [
  ["ARROW:extension:name", "arrow.json"],
  ["ARROW:extension:metadata", ""],
] as const;

/** Gives each dictionary of a schema its own id; Arrow's IPC format needs them distinct. */
interface DictionaryIds {
  next: number;
}

const VECTOR_ELEMENTS: Readonly<Record<VectorElement, () => DataType>> = {
  f32: () => new Float32(),
  f64: () => new Float64(),
  i32: () => new Int32(),
  i64: () => new Int64(),
};

const SCALARS: Readonly<Record<ScalarType, (ids: DictionaryIds) => DataType>> = {
  ...VECTOR_ELEMENTS,
  str: (ids) => new Dictionary(new Utf8(), new Int32(), ids.next++),
  bool: () => new Bool(),
  timestamp: () => new TimestampMicrosecond("UTC"),
  binary: () => new Binary(),
};

/** The Arrow type of one column. */
export function arrowType(type: ColumnType): DataType {
  return physicalType(type, { next: 0 });
}

/** The Arrow schema of a table: every column, in descriptor order. */
export function arrowSchema(descriptor: TableDescriptor): Schema {
  const ids: DictionaryIds = { next: 0 };
  const nullable = new Set(descriptor.nullable);
  return new Schema(
    Object.entries(descriptor.columns).map(([name, type]) =>
      physicalField(name, type, nullable.has(name), ids),
    ),
  );
}

function physicalField(
  name: string,
  type: ColumnType,
  nullable: boolean,
  ids: DictionaryIds,
): Field {
  const metadata = isOpenType(type) ? new Map<string, string>(JSON_EXTENSION) : null;
  return new Field(name, physicalType(type, ids), nullable, metadata);
}

function physicalType(type: ColumnType, ids: DictionaryIds): DataType {
  if (isStructType(type)) return new Struct(structFields(type.struct, ids));
  if (isOpenType(type)) return new Utf8();
  const vector = parseVectorType(type);
  if (vector !== undefined) {
    const element = new Field("item", VECTOR_ELEMENTS[vector.element](), false);
    return new FixedSizeList(vector.size, element);
  }
  const scalar = SCALARS[type as ScalarType];
  if (scalar === undefined) {
    throw new SchemaError("INVALID_DESCRIPTOR", `${show(type)} is not a column type`, {
      details: { type },
    });
  }
  return scalar(ids);
}

function structFields(specs: ColumnSpecs, ids: DictionaryIds): Field[] {
  return Object.entries(specs).map(([name, spec]) => {
    const { type, nullable } = parseColumnSpec(name, spec);
    return physicalField(name, type, nullable, ids);
  });
}

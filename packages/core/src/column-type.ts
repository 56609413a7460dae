/**
 * Types of columns. The five of the canonical tables (i64, f64, str, struct, list[struct]) and those
 * that Arrow and Parquet have natively. Source: docs/format/values.md, "Column types".
 *
 * An open `struct` or `list[struct]` has no declared fields: it is stored as JSON text. A declared
 * struct, `{ struct: { x: "f64", label: "str?" } }`, is a native one. `f32[768]` is a fixed-size list.
 */
import { SchemaError, show } from "./errors.js";
import { NAME_CHARS_MAX, STRUCT_NESTING_MAX, VECTOR_SIZE_MAX } from "./limits.js";
import { isLowerSnake } from "./naming.js";

export const SCALAR_TYPES = [
  "i64",
  "f64",
  "str",
  "bool",
  "i32",
  "f32",
  "timestamp",
  "binary",
] as const;

export type ScalarType = (typeof SCALAR_TYPES)[number];
/** Stored as JSON text. */
export type OpenType = "struct" | "list[struct]";
export type VectorElement = "f32" | "f64" | "i32" | "i64";
/** `f32[768]`: every value has exactly that many elements, none null. */
export type VectorType = `${VectorElement}[${number}]`;
export type NamedType = ScalarType | OpenType | VectorType;
/** A struct whose fields are declared. */
export interface StructType<Fields extends ColumnSpecs = ColumnSpecs> {
  readonly struct: Fields;
}
export type ColumnType = NamedType | StructType;

/** A type as it is declared: a trailing `?`, or `nullable` of a struct, allows nulls. */
export type ColumnSpec =
  | NamedType
  | `${NamedType}?`
  | (StructType & { readonly nullable?: boolean });
/** Ordered: the order of declaration is the order of the columns. */
export interface ColumnSpecs {
  readonly [column: string]: ColumnSpec;
}

export interface ParsedSpec {
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/**
 * Splits a declared spec into its type and whether it allows nulls. Declared structs come back in
 * their one form: `?` for nullable fields, `nullable` only where true.
 *
 * @throws SchemaError `INVALID_DESCRIPTOR` naming the column, the spec and the types that exist.
 */
export function parseColumnSpec(column: string, spec: unknown, depth = 0): ParsedSpec {
  if (typeof spec === "string") {
    const nullable = spec.endsWith("?");
    const name = nullable ? spec.slice(0, -1) : spec;
    if (isNamedType(name)) return { type: name, nullable };
  } else if (isStructSpec(spec)) {
    if (depth >= STRUCT_NESTING_MAX) {
      throw invalid(column, spec, `structs nest at most ${STRUCT_NESTING_MAX} deep`);
    }
    const fields = Object.entries(spec.struct).map(([field, fieldSpec]): [string, ColumnSpec] => {
      checkFieldName(column, field);
      return [field, formatSpec(parseColumnSpec(`${column}.${field}`, fieldSpec, depth + 1))];
    });
    if (fields.length === 0) {
      throw invalid(column, spec, 'declare at least one field, or use the open "struct"');
    }
    return { type: { struct: Object.fromEntries(fields) }, nullable: spec.nullable === true };
  }
  throw invalid(
    column,
    spec,
    `use one of ${SCALAR_TYPES.join(", ")}, struct, list[struct], f32[N], { struct: { … } }, with "?" for nullable`,
  );
}

/** The element and size of a vector type, or undefined of any other type. */
export function parseVectorType(
  type: ColumnType,
): { readonly element: VectorElement; readonly size: number } | undefined {
  if (typeof type !== "string") return undefined;
  const match = /^(f32|f64|i32|i64)\[([1-9]\d{0,7})\]$/.exec(type);
  if (!match || Number(match[2]) > VECTOR_SIZE_MAX) return undefined;
  return { element: match[1] as VectorElement, size: Number(match[2]) };
}

/** Whether values are JSON text in the part. */
export function isOpenType(type: ColumnType): type is OpenType {
  return type === "struct" || type === "list[struct]";
}

export function isStructType(type: ColumnType): type is StructType {
  return typeof type === "object";
}

/** How many columns of storage a type takes: the leaves of a declared struct, else one. */
export function countLeaves(type: ColumnType): number {
  if (!isStructType(type)) return 1;
  return Object.entries(type.struct).reduce(
    (count, [field, spec]) => count + countLeaves(parseColumnSpec(field, spec).type),
    0,
  );
}

/** A type as messages show it. */
export function formatColumnType(type: ColumnType): string {
  return typeof type === "string" ? type : JSON.stringify(type);
}

function isNamedType(name: string): name is NamedType {
  return (
    (SCALAR_TYPES as readonly string[]).includes(name) ||
    name === "struct" ||
    name === "list[struct]" ||
    parseVectorType(name as NamedType) !== undefined
  );
}

function isStructSpec(
  spec: unknown,
): spec is { readonly struct: ColumnSpecs; readonly nullable?: boolean } {
  return (
    typeof spec === "object" &&
    spec !== null &&
    "struct" in spec &&
    typeof spec.struct === "object" &&
    spec.struct !== null &&
    !Array.isArray(spec.struct) &&
    (!("nullable" in spec) || spec.nullable === undefined || typeof spec.nullable === "boolean") &&
    Object.keys(spec).every((member) => member === "struct" || member === "nullable")
  );
}

function formatSpec({ type, nullable }: ParsedSpec): ColumnSpec {
  if (typeof type === "string") return nullable ? `${type}?` : type;
  return nullable ? { ...type, nullable } : type;
}

function checkFieldName(column: string, field: string): void {
  const broken = brokenNameRule(field);
  if (broken !== undefined) throw invalid(`${column}.${field}`, field, `its name ${broken}`);
}

/** Which rule the name of a column or field breaks, if any. */
export function brokenNameRule(name: string): string | undefined {
  if (!isLowerSnake(name)) return "must be lower_snake";
  // Object.entries moves integer-like names to the front, which would change the order.
  if (/^\d+$/.test(name)) return "must not be a number";
  if (name.length > NAME_CHARS_MAX) return `must have at most ${NAME_CHARS_MAX} characters`;
  return undefined;
}

function invalid(column: string, spec: unknown, remedy: string): SchemaError {
  return new SchemaError(
    "INVALID_DESCRIPTOR",
    `column ${show(column)} has the invalid type ${show(spec)}: ${remedy}`,
    { details: { column, spec } },
  );
}

/** Values of columns from JSON values, as {@link parseJson} gives them. */
import type { ColumnSpec, ColumnType } from "crv";
import { isLosslessNumber } from "lossless-json";
import { scalarReader, type TextReader } from "./scalar-text.js";

/** The value of a JSON value that is not null; undefined when the type cannot hold it. */
export type JsonReader = (value: unknown) => unknown;

const VECTOR = /^(f32|f64|i32|i64)\[(\d+)\]$/;

export function jsonReader(type: ColumnType): JsonReader {
  if (typeof type !== "string") return structReader(type.struct);
  if (type === "struct") return (value) => (isObject(value) ? plainOf(value) : undefined);
  if (type === "list[struct]") {
    return (value) => (Array.isArray(value) && value.every(isObject) ? plainOf(value) : undefined);
  }
  const [, element, size] = VECTOR.exec(type) ?? [];
  if (element !== undefined) return vectorReader(numberOrText(element as ColumnType), Number(size));
  return numberOrText(type);
}

function numberOrText(type: ColumnType): JsonReader {
  const readText = scalarReader(type) as TextReader;
  const isNumeric = type === "i64" || type === "i32" || type === "f64" || type === "f32";
  return (value) => {
    switch (typeof value) {
      case "string":
        return readText(value);
      case "number":
        // The text of a number is no time, and no base64.
        return isNumeric || type === "str" ? numberOf(value, readText) : undefined;
      case "boolean":
        return type === "i64" ? Number(value) : readText(String(value));
      default:
        if (!isLosslessNumber(value)) return undefined;
        return isNumeric || type === "str" ? readText(value.value) : undefined;
    }
  };
}

/** -0 has a sign that its text would not have. */
function numberOf(value: number, readText: TextReader): unknown {
  return readText(Object.is(value, -0) ? "-0" : String(value));
}

function vectorReader(readElement: JsonReader, size: number): JsonReader {
  return (value) => {
    if (!Array.isArray(value) || value.length !== size) return undefined;
    const elements = value.map(readElement);
    return elements.includes(undefined) ? undefined : elements;
  };
}

function structReader(fields: Readonly<Record<string, ColumnSpec>>): JsonReader {
  const readers = new Map(
    Object.entries(fields).map(([name, spec]) => [name, fieldReader(spec)] as const),
  );
  return (value) => {
    if (!isObject(value) || Object.keys(value).some((name) => !readers.has(name))) return undefined;
    const row: Record<string, unknown> = {};
    for (const [name, read] of readers) {
      const member = Object.hasOwn(value, name) ? value[name] : null;
      row[name] = member === null ? null : read(member);
      if (row[name] === undefined) return undefined;
    }
    return row;
  };
}

function fieldReader(spec: ColumnSpec): JsonReader {
  if (typeof spec !== "string") return structReader(spec.struct);
  return jsonReader(spec.replace(/\?$/, "") as ColumnType);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !isLosslessNumber(value)
  );
}

/** With plain numbers; undefined when one has more digits than they hold. */
function plainOf(value: unknown): unknown {
  if (isLosslessNumber(value)) return scalarReader("f64")?.(value.value);
  if (Array.isArray(value)) {
    const items = value.map(plainOf);
    return items.includes(undefined) ? undefined : items;
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([key, member]) => [key, plainOf(member)] as const);
  return members.some(([, member]) => member === undefined)
    ? undefined
    : Object.fromEntries(members);
}

/** The type that a cell of a text file speaks for, and the one that holds the cells of a column. */
import type { ColumnType } from "crv";
import { isLosslessNumber } from "lossless-json";
import { isObject } from "./json-value.js";
import { scalarReader } from "./scalar-text.js";

/** `list`: a JSON array of anything but objects, whose type must be said. */
export type CellKind =
  | "bool"
  | "i64"
  | "f64"
  | "timestamp"
  | "str"
  | "struct"
  | "list[struct]"
  | "list";

/** `007` and `+7` are names of something, not numbers. */
const PLAIN_INTEGER = /^(?:0|-?[1-9]\d*)$/;
const PLAIN_DECIMAL = /^-?(?:0|[1-9]\d*)?(?:\.\d*)?(?:e[+-]?\d+)?$/i;

/** Each kind with the reader that must accept the text, too. */
const TEXT_KINDS: readonly (readonly [CellKind & ColumnType, RegExp])[] = [
  ["i64", PLAIN_INTEGER],
  ["f64", PLAIN_DECIMAL],
  ["f64", /^(?:nan|[+-]?inf(?:inity)?)$/i],
  ["bool", /^(?:true|false)$/i],
  ["timestamp", /^[+-]?\d{4,6}-/],
];

export function kindOfText(text: string): CellKind {
  const trimmed = text.trim();
  const kind = TEXT_KINDS.find(
    ([each, form]) => form.test(trimmed) && scalarReader(each)?.(trimmed) !== undefined,
  )?.[0];
  // Beyond 64 bits: an id, unless it is as a float is printed.
  const isId = kind === "f64" && PLAIN_INTEGER.test(trimmed) && String(Number(trimmed)) !== trimmed;
  return kind === undefined || isId ? "str" : kind;
}

/** Undefined of null. Numbers are told best from their text, as `parseNumbersAsText` keeps it. */
export function kindOfJson(value: unknown): CellKind | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return kindOfText(String(value));
  if (isLosslessNumber(value)) return kindOfText(value.value);
  if (typeof value === "string") return kindOfJsonString(value);
  if (Array.isArray(value)) return value.every(isObject) ? "list[struct]" : "list";
  return "struct";
}

/** A string that looks like a number was written as one on purpose, but for what JSON has no number. */
function kindOfJsonString(text: string): CellKind {
  const kind = kindOfText(text);
  if (kind === "timestamp") return kind;
  return /^(?:NaN|-?Infinity)$/.test(text) ? "f64" : "str";
}

/** The kind that holds both; undefined where none does. */
export function joinKinds(
  one: CellKind | undefined,
  other: CellKind | undefined,
): CellKind | undefined {
  if (one === other || other === undefined) return one;
  if (one === undefined) return other;
  if (isNested(one) || isNested(other)) return undefined;
  return isNumber(one) && isNumber(other) ? "f64" : "str";
}

function isNumber(kind: CellKind): boolean {
  return kind === "i64" || kind === "f64";
}

function isNested(kind: CellKind): boolean {
  return kind === "struct" || kind === "list[struct]" || kind === "list";
}

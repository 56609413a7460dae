/** Scalars from text. Nothing is lost: what a type cannot hold is undefined. */
import type { ColumnType } from "crv";
import { microsOf } from "./timestamp-text.js";

/** The value of a text; undefined when the type cannot hold it. */
export type TextReader = (text: string) => unknown;

const TRUTH: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

/** Spaces around numbers, truth values and times are no part of them. */
const READERS: Readonly<Record<string, TextReader>> = {
  i64: (text) => integerOf(text.trim()),
  i32: (text) => {
    const value = Number(integerOf(text.trim()));
    return value === (value | 0) ? value : undefined;
  },
  f64: (text) => floatOf(text.trim()),
  f32: (text) => floatOf(text.trim()),
  bool: (text) => TRUTH.get(text.trim().toLowerCase()),
  timestamp: (text) => microsOf(text.trim()),
  str: (text) => text,
  binary: bytesOf,
};

/** Undefined of types that are no scalars. */
export function scalarReader(type: ColumnType): TextReader | undefined {
  return typeof type === "string" ? READERS[type] : undefined;
}

const INTEGER = /^[+-]?\d+$/;

function integerOf(text: string): number | bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = Number(text);
  // -0 is 0 as an integer.
  if (Number.isSafeInteger(value)) return value + 0;
  const exact = BigInt(text.replace(/^\+/, ""));
  return BigInt.asIntN(64, exact) === exact ? exact : undefined;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

const NOT_FINITE: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
]);

/** The nearest float, as of every reader; but not of an integer whose last digits would change. */
function floatOf(text: string): number | undefined {
  if (!DECIMAL.test(text)) {
    const value = NOT_FINITE.get(text.replace(/^[+-]/, "").toLowerCase());
    return value !== undefined && text.startsWith("-") ? -value : value;
  }
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  return Number.isSafeInteger(value) || !INTEGER.test(text) || isSame(value, text)
    ? value
    : undefined;
}

function isSame(value: number, digits: string): boolean {
  const exact = BigInt(digits.replace(/^\+/, ""));
  // The shortest text of a float is what programs print for it, with zeros for its last digits.
  return BigInt(value) === exact || String(value) === digits;
}

function bytesOf(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? new Uint8Array(bytes) : undefined;
}

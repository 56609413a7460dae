/**
 * Canonical JSON: keys sorted by code point, no white space, non-ASCII kept. The text that row and
 * state hashes, descriptors and commit records are compared and digested by.
 *
 * Differs from the Python original in numbers only: a JavaScript number has one form, so 1.0 is `1`.
 * bigint is written as an integer. NaN and infinities have no JSON form and are refused.
 */
import { createHash } from "node:crypto";
import { SchemaError, show } from "./errors.js";
import { NESTING_MAX } from "./limits.js";
import { compareText } from "./text.js";

/** @throws SchemaError `INVALID_VALUE` for what JSON cannot say. */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/** SHA-256, 64 lower-case hex digits, of the canonical JSON of a row. */
export function hashRow(row: Readonly<Record<string, unknown>>): string {
  return sha256(canonicalJson(row));
}

/** As {@link hashRow}, of a decision context. */
export function hashContext(context: Readonly<Record<string, unknown>>): string {
  return sha256(canonicalJson(context));
}

/** As {@link hashRow}, of an agent's state. */
export function hashState(state: Readonly<Record<string, unknown>>): string {
  return sha256(canonicalJson(state));
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function write(value: unknown, depth: number): string {
  if (depth > NESTING_MAX) {
    throw new SchemaError("LIMIT_EXCEEDED", `JSON is nested deeper than ${NESTING_MAX} levels`);
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  // Not value.map, which would leave the holes of a sparse array empty.
  if (Array.isArray(value)) return `[${Array.from(value, (v) => write(v, depth + 1)).join(",")}]`;
  if (typeof value === "object" && isPlain(value)) return writeObject(value, depth);
  throw new SchemaError("INVALID_VALUE", `${show(value)} has no JSON form`, { details: { value } });
}

function writeObject(value: object, depth: number): string {
  const members = value as Readonly<Record<string, unknown>>;
  let text = "";
  for (const key of Object.keys(members).sort(compareText)) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${write(member, depth + 1)}`;
  }
  return `{${text}}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

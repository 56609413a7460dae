/**
 * JSON text of results and rows. Differs from JSON.stringify where that would lose or refuse a
 * value: bigint is an integer with all its digits, NaN and infinities are the strings of their
 * names, bytes are base64, typed arrays are arrays. Control characters are always escaped.
 */
import { escapeJsonText } from "./escape-text.js";

/** @param indent Spaces per level; 0 = one line. */
export function jsonText(value: unknown, indent = 0): string {
  return write(value, indent, "");
}

/** As JavaScript prints it, but -0 with its sign. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function write(value: unknown, indent: number, margin: string): string {
  if (value === undefined || value === null) return "null";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? numberText(value) : `"${value}"`;
  if (typeof value === "string") return escapeJsonText(JSON.stringify(value));
  if (value instanceof Date) return JSON.stringify(value);
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString("base64")}"`;
  if (ArrayBuffer.isView(value)) return write([...(value as Float64Array)], 0, margin);
  const inner = margin + " ".repeat(indent);
  if (Array.isArray(value)) {
    return enclose(
      "[]",
      indent,
      margin,
      value.map((item) => write(item, indent, inner)),
    );
  }
  if (typeof value !== "object") return JSON.stringify(value);
  const colon = indent === 0 ? ":" : ": ";
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${write(key, 0, "")}${colon}${write(member, indent, inner)}`);
  return enclose("{}", indent, margin, members);
}

function enclose(pair: "[]" | "{}", indent: number, margin: string, items: string[]): string {
  if (indent === 0 || items.length === 0) return `${pair[0]}${items.join(",")}${pair[1]}`;
  const inner = `\n${margin}${" ".repeat(indent)}`;
  return `${pair[0]}${inner}${items.join(`,${inner}`)}\n${margin}${pair[1]}`;
}

/** Plain JSON data, as open columns and payloads hold it. */
import type { JsonObject } from "../infer-row.js";
import { NESTING_MAX } from "../limits.js";

/** Whether JSON can hold `value` without loss: an object without a class, of such values throughout. */
export function isJsonObject(value: unknown): value is JsonObject {
  return isPlainObject(value) && isJson(value, 0);
}

function isJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined": // a member left out, an element without a value
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      return value === null || (depth < NESTING_MAX && isNested(value, depth));
    default:
      return false;
  }
}

function isNested(value: object, depth: number): boolean {
  if (!Array.isArray(value) && !isPlainObject(value)) return false;
  return Object.values(value).every((member) => isJson(member, depth + 1));
}

/** Of another realm, too. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

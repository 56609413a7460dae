/** str, bool, timestamp and binary. */
import { microsecondsOf } from "./microseconds.js";
import type { ValueRule } from "./value-rule.js";
import { isWellFormed } from "./well-formed.js";

export const textRule: ValueRule = {
  cast: (value) => (typeof value === "string" && isWellFormed(value) ? value : undefined),
  remedy: (value) =>
    typeof value === "string"
      ? "it holds half of a surrogate pair, which UTF-8 cannot store; remove it, or use toWellFormed()"
      : "pass a string",
};

export const boolRule: ValueRule = {
  cast: (value) => (typeof value === "boolean" ? value : undefined),
  remedy: () => "pass true or false",
};

/** A Date has milliseconds; a BigInt counts microseconds since 1970. */
export const timestampRule: ValueRule = {
  cast(value) {
    if (value instanceof Date) return microsecondsOf(value);
    const isInt64 = typeof value === "bigint" && BigInt.asIntN(64, value) === value;
    return isInt64 ? value : undefined;
  },
  remedy(value) {
    if (value instanceof Date) return "the date is invalid";
    if (typeof value === "bigint") return "it does not fit 64 bits";
    return typeof value === "number" && !Number.isInteger(value)
      ? "it counts microseconds since 1970, and is finer than a microsecond; round it first"
      : "pass a Date, or microseconds since 1970 as a BigInt";
  },
};

export const binaryRule: ValueRule = {
  cast: (value) => (value instanceof Uint8Array ? value : undefined),
  remedy: () => "pass a Uint8Array",
};

/** i64 and i32: whole numbers. true and false are 1 and 0, as the canonical tables store them. */
import type { ValueRule } from "./value-rule.js";

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

export const int64Rule: ValueRule = {
  cast(value) {
    if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
    if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? value : undefined;
    if (typeof value === "boolean") return value ? 1 : 0;
    return undefined;
  },
  remedy(value) {
    if (typeof value === "bigint") return "it does not fit 64 bits";
    return Number.isInteger(value)
      ? "a number beyond 2^53-1 is not exact; pass a BigInt"
      : integerRemedy(value);
  },
};

export const int32Rule: ValueRule = {
  cast(value) {
    if (typeof value === "boolean") return value ? 1 : 0;
    if (typeof value !== "number" && typeof value !== "bigint") return undefined;
    const isInRange = value >= INT32_MIN && value <= INT32_MAX;
    return isInRange && (typeof value === "bigint" || Number.isInteger(value))
      ? Number(value)
      : undefined;
  },
  remedy(value) {
    return typeof value === "bigint" || Number.isInteger(value)
      ? "it does not fit 32 bits; declare the column as i64"
      : integerRemedy(value);
  },
};

function integerRemedy(value: unknown): string {
  if (typeof value === "string") return "text is not parsed; pass a number or a BigInt";
  return typeof value === "number"
    ? "it is not a whole number; round it, or declare the column as f64"
    : "pass a whole number or a BigInt";
}

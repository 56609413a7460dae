/** Order of the values that filters and statistics hold. */
import { compareText, type Scalar } from "@crv/core";

/**
 * Negative, 0 or positive as `a` stands before, at or after `b`; undefined when they have no order:
 * NaN, or values of different kinds. A number and a bigint compare as the exact numbers they are.
 */
export function orderOf(a: Scalar, b: Scalar): number | undefined {
  if (typeof a === "string" || typeof b === "string") {
    return typeof a === "string" && typeof b === "string" ? compareText(a, b) : undefined;
  }
  if (typeof a === "boolean" || typeof b === "boolean") {
    return typeof a === "boolean" && typeof b === "boolean" ? Number(a) - Number(b) : undefined;
  }
  if (a < b) return -1;
  if (a > b) return 1;
  return Number.isNaN(a) || Number.isNaN(b) ? undefined : 0;
}

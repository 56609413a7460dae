/** f64 and f32: NaN and the infinities are values like others. */
import type { ValueRule } from "./value-rule.js";

export const float64Rule: ValueRule = {
  cast(value) {
    if (typeof value === "number") return value;
    if (typeof value !== "bigint") return undefined;
    const nearest = Number(value);
    return Number.isFinite(nearest) && BigInt(nearest) === value ? nearest : undefined;
  },
  remedy(value) {
    return typeof value === "bigint"
      ? "it is not exact as a float; pass Number(value) to round it, or declare the column as i64"
      : floatRemedy(value);
  },
};

/** Digits beyond those of an f32 are rounded away; only a value beyond its range is refused. */
export const float32Rule: ValueRule = {
  cast(value) {
    const wide = float64Rule.cast(value);
    if (typeof wide !== "number") return undefined;
    return Number.isFinite(wide) && !Number.isFinite(Math.fround(wide)) ? undefined : wide;
  },
  remedy(value) {
    return typeof value === "number" || typeof value === "bigint"
      ? "it is beyond the range of f32; declare the column as f64"
      : floatRemedy(value);
  },
};

function floatRemedy(value: unknown): string {
  return typeof value === "string" ? "text is not parsed; pass a number" : "pass a number";
}

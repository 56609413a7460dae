/** Ticks: whole numbers from 0 to TICK_MAX, of the type of their column. */
import { type ScalarType, TICK_MAX } from "@crv/core";
import type { ValueRule } from "./value-rule.js";

/** @param type Type of the tick column, i64 or i32. */
export function tickRule(type: ScalarType): ValueRule {
  const max = type === "i32" ? 2 ** 31 - 1 : TICK_MAX;
  return {
    codeOf: (value) =>
      typeof value === "number" || typeof value === "bigint" ? "INVALID_TICK" : "INVALID_VALUE",
    cast(value) {
      if (typeof value !== "number" && typeof value !== "bigint") return undefined;
      const tick = Number(value);
      return Number.isInteger(tick) && tick >= 0 && value <= max ? tick : undefined;
    },
    remedy: () => `pass a whole number from 0 to ${max}`,
  };
}

/** The error of a value that its column does not take. */
import type { IoSchemaError } from "@crv/core";
import { invalidTick, invalidValue } from "../validate/refusals.js";
import type { InputColumn } from "./input-shape.js";

export function refuseValue(
  { table, name: column, type, rule }: InputColumn,
  row: number,
  value: unknown,
): IoSchemaError {
  const remedy = rule.remedy(value);
  return rule.codeOf?.(value) === "INVALID_TICK"
    ? invalidTick({ table, column, row }, value, remedy)
    : invalidValue({ table, column, row }, value, type, remedy);
}

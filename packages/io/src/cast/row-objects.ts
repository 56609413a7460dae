/** What is wrong with rows as objects, apart from the values in them. */
import { IoSchemaError, show } from "@crv/core";
import { missingColumns, nullValue } from "../validate/refusals.js";
import type { InputShape } from "./input-shape.js";
import { ownValue } from "./own-value.js";

export type Row = Readonly<Record<string, unknown>>;

/** @throws IoSchemaError `INVALID_ARGUMENT` naming the row by its index in the whole input. */
export function checkRowObject(value: unknown, row: number): asserts value is Row {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw new IoSchemaError(
    "INVALID_ARGUMENT",
    `row ${row} is ${show(value)}: pass rows as objects, one property for each column`,
    { details: { row, value } },
  );
}

/**
 * The error of a row that lacks a required column: `MISSING_COLUMN` when no row has it, otherwise
 * `NULL_VALUE` of this one.
 */
export function absentValue(
  { table, required }: InputShape,
  column: string,
  rows: readonly Row[],
  row: number,
): IoSchemaError {
  const isMissing = (name: string): boolean =>
    rows.every((each) => ownValue(each, name) === undefined);
  if (!isMissing(column)) return nullValue({ table, column, row });
  return missingColumns(table, required.filter(isMissing), required);
}

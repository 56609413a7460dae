/** The errors of input that does not fit its table. Each names the column, the row and the remedy. */
import { type ColumnType, formatColumnType, IoSchemaError, show } from "@crv/core";
import { didYouMean } from "../closest-name.js";

/** Where a value stands: `row` counts from 0 over the whole input. */
export interface ValuePlace {
  readonly column: string;
  readonly row: number;
}

export function missingColumns(
  missing: readonly string[],
  required: readonly string[],
): IoSchemaError {
  return new IoSchemaError(
    "MISSING_COLUMN",
    `missing required columns: ${missing.join(", ")} (required are ${required.join(", ")})`,
    { details: { missing, required } },
  );
}

export function unexpectedColumns(
  unexpected: readonly string[],
  allowed: readonly string[],
  row?: number,
): IoSchemaError {
  const named = unexpected.map((name) => `${show(name)}${didYouMean(name, allowed)}`).join(", ");
  const where = row === undefined ? "" : ` in row ${row}`;
  return new IoSchemaError(
    "UNEXPECTED_COLUMN",
    `unexpected columns${where}: ${named} (allowed are ${allowed.join(", ")})`,
    { details: { unexpected, allowed, ...(row !== undefined && { row }) } },
  );
}

export function nullValue({ column, row }: ValuePlace): IoSchemaError {
  return new IoSchemaError(
    "NULL_VALUE",
    `column "${column}" is required, and row ${row} has no value for it: give one, or declare the column nullable with "?"`,
    { details: { column, row } },
  );
}

export function invalidValue(
  { column, row }: ValuePlace,
  value: unknown,
  type: ColumnType,
  remedy: string,
): IoSchemaError {
  const name = formatColumnType(type);
  return new IoSchemaError(
    "INVALID_VALUE",
    `column "${column}" (${name}) cannot hold ${show(value)} of row ${row}: ${remedy}`,
    { details: { column, row, value, type, remedy } },
  );
}

export function invalidTick(
  { column, row }: ValuePlace,
  value: unknown,
  remedy: string,
): IoSchemaError {
  return new IoSchemaError(
    "INVALID_TICK",
    `${show(value)} of row ${row} is not a tick (column "${column}"): ${remedy}`,
    { details: { column, row, value, remedy } },
  );
}

/** A whole Arrow column of a type that can never hold what the table wants. */
export function invalidArrowType(
  column: string,
  arrowType: unknown,
  type: ColumnType,
): IoSchemaError {
  return new IoSchemaError(
    "INVALID_VALUE",
    `column "${column}" (${formatColumnType(type)}) cannot be filled from Arrow type ${arrowType}: cast it first`,
    { details: { column, arrowType: String(arrowType), type } },
  );
}

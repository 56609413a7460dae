/** The errors of input that does not fit its table. Each names table, column, row and the remedy. */
import { type ColumnType, formatColumnType, IoSchemaError, show } from "@crv/core";
import { formatArrowType } from "@crv/core/arrow";
import type { DataType } from "apache-arrow";
import { didYouMean } from "../closest-name.js";

/** Where a value stands: `row` counts from 0 over the whole input. */
export interface ValuePlace {
  readonly table: string;
  readonly column: string;
  readonly row: number;
}

export function missingColumns(
  table: string,
  missing: readonly string[],
  required: readonly string[],
): IoSchemaError {
  return new IoSchemaError(
    "MISSING_COLUMN",
    `missing required columns of table "${table}": ${missing.join(", ")}; give every row a value for them (required are ${required.join(", ")})`,
    { details: { table, missing, required } },
  );
}

export function unexpectedColumns(
  table: string,
  unexpected: readonly string[],
  allowed: readonly string[],
  row?: number,
): IoSchemaError {
  const named = unexpected.map((name) => `${show(name)}${didYouMean(name, allowed)}`).join(", ");
  const where = row === undefined ? "" : `, row ${row}`;
  return new IoSchemaError(
    "UNEXPECTED_COLUMN",
    `unexpected columns for table "${table}"${where}: ${named}; leave them out, or open with the setting strictSchema: false (allowed are ${allowed.join(", ")})`,
    { details: { table, unexpected, allowed, ...(row !== undefined && { row }) } },
  );
}

export function nullValue({ table, column, row }: ValuePlace): IoSchemaError {
  return new IoSchemaError(
    "NULL_VALUE",
    `column "${column}" of table "${table}" is required, and row ${row} has no value for it: give one, or declare the column nullable with "?"`,
    { details: { table, column, row } },
  );
}

export function invalidValue(
  { table, column, row }: ValuePlace,
  value: unknown,
  type: ColumnType,
  remedy: string,
): IoSchemaError {
  const name = formatColumnType(type);
  return new IoSchemaError(
    "INVALID_VALUE",
    `column "${column}" (${name}) of table "${table}" cannot hold ${show(value)} of row ${row}: ${remedy}`,
    { details: { table, column, row, value, type, remedy } },
  );
}

export function invalidTick(
  { table, column, row }: ValuePlace,
  value: unknown,
  remedy: string,
): IoSchemaError {
  return new IoSchemaError(
    "INVALID_TICK",
    `${show(value)} of row ${row} is not a tick (column "${column}" of table "${table}"): ${remedy}`,
    { details: { table, column, row, value, remedy } },
  );
}

/** A whole Arrow column of a type that can never hold what the table wants. */
export function invalidArrowType(
  { table, column }: Omit<ValuePlace, "row">,
  arrowType: DataType,
  type: ColumnType,
): IoSchemaError {
  const name = formatArrowType(arrowType);
  return new IoSchemaError(
    "INVALID_VALUE",
    `column "${column}" (${formatColumnType(type)}) of table "${table}" cannot be filled from Arrow type ${name}: cast it first`,
    { details: { table, column, arrowType: name, type } },
  );
}

/** The values that an update gives: checked and encoded as rows are, for some columns only. */
import { IoSchemaError, show, type TableDescriptor } from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import { InputEncoder } from "../cast/input-encoder.js";
import { didYouMean } from "../closest-name.js";

/**
 * One row of the columns that `set` names.
 *
 * @throws IoSchemaError `INVALID_ARGUMENT` for an empty `set` or a key column, `UNEXPECTED_COLUMN`,
 *   `INVALID_VALUE`, `INVALID_TICK`, `NULL_VALUE`.
 */
export function encodeSet(table: TableDescriptor, set: unknown): RecordBatch {
  const names = checkNames(table, set);
  const some = {
    ...table,
    columns: Object.fromEntries(
      Object.entries(table.columns).filter(([column]) => names.includes(column)),
    ),
    required: table.required.filter((column) => names.includes(column)),
    nullable: table.nullable.filter((column) => names.includes(column)),
    tickColumn:
      table.tickColumn !== null && names.includes(table.tickColumn) ? table.tickColumn : null,
  };
  return new InputEncoder(some, true).encode({ kind: "rows", rows: [set] });
}

function checkNames(table: TableDescriptor, set: unknown): readonly string[] {
  if (typeof set !== "object" || set === null || Object.keys(set).length === 0) {
    throw new IoSchemaError(
      "INVALID_ARGUMENT",
      `update of "${table.name}" must set at least one column, as { column: value } (got: ${show(set)})`,
      { details: { table: table.name, set } },
    );
  }
  const names = Object.keys(set);
  const columns = Object.keys(table.columns);
  const unknown = names.find((name) => !columns.includes(name));
  if (unknown !== undefined) {
    throw new IoSchemaError(
      "UNEXPECTED_COLUMN",
      `table "${table.name}" has no column ${show(unknown)}${didYouMean(unknown, columns)}: it has ${columns.join(", ")}`,
      { details: { table: table.name, unexpected: [unknown], allowed: columns } },
    );
  }
  const key = names.find((name) => table.key.includes(name));
  if (key !== undefined) {
    throw new IoSchemaError(
      "INVALID_ARGUMENT",
      `update of "${table.name}" cannot set the key column "${key}": delete the row and insert it anew`,
      { details: { table: table.name, column: key } },
    );
  }
  return names;
}

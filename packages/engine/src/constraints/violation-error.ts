/** A violation, as the error that the caller gets. */
import {
  type ColumnType,
  ConstraintError,
  type ConstraintViolation,
  type ReferenceConstraint,
  show,
  type TableDescriptor,
  VIOLATING_KEYS_MAX,
} from "@crv/core";
import { parseKey } from "../row-keys.js";

/** @param keys That break it, as texts; at least one. */
export function duplicatesError(
  table: TableDescriptor,
  columns: readonly string[],
  keys: readonly string[],
): ConstraintError {
  return errorOf(
    { kind: "unique", columns, referencedTable: null, cardinality: null },
    table,
    keys,
    (named) =>
      `table "${table.name}" would have several rows with ${named}, and these columns are unique: give each row its own, or put rows in the place of others with merge`,
  );
}

/** @param keys As above. */
export function danglingError(
  table: TableDescriptor,
  { columns, table: referencedTable, cardinality }: ReferenceConstraint,
  keys: readonly string[],
): ConstraintError {
  return errorOf(
    { kind: "references", columns, referencedTable, cardinality },
    table,
    keys,
    (named) =>
      `table "${table.name}" would refer to rows that "${referencedTable}" does not have, with ${named}: insert those, or change or delete the rows that refer to them, in the same transaction`,
  );
}

/** @param keys As above. */
export function miscountedError(
  table: TableDescriptor,
  { columns, table: referencedTable, cardinality }: ReferenceConstraint,
  keys: readonly string[],
): ConstraintError {
  const { min, max } = cardinality;
  return errorOf(
    { kind: "cardinality", columns, referencedTable, cardinality },
    table,
    keys,
    (named) =>
      `table "${table.name}" must have ${min} to ${max ?? "any number of"} rows for each row of "${referencedTable}", and would not with ${named}: change both tables in the same transaction`,
  );
}

function errorOf(
  violation: Omit<ConstraintViolation, "table" | "keys">,
  { name: table, columns: types }: TableDescriptor,
  texts: readonly string[],
  describe: (named: string) => string,
): ConstraintError {
  const { columns } = violation;
  const columnTypes = columns.map((column) => types[column] as ColumnType);
  const keys = texts.slice(0, VIOLATING_KEYS_MAX).map((text) => parseKey(text, columnTypes));
  const shown = keys.map((key) => (key.length === 1 ? show(key[0]) : show(key))).join(", ");
  const others = texts.length - keys.length;
  const named = `(${columns.join(", ")}) = ${shown}${others > 0 ? ` and ${others} others` : ""}`;
  return new ConstraintError(`nothing was written: ${describe(named)}`, {
    ...violation,
    table,
    keys,
  });
}

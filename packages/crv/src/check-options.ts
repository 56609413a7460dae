/** Checks of options. A misspelt one is never ignored. */
import { IoError, IoSchemaError, parseTableKey, show, type TableKey } from "@crv/core";

/** @throws IoError `INVALID_ARGUMENT` when `options` is no object, or has a key that is not `known`. */
export function checkKeys(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new IoError(
      "INVALID_ARGUMENT",
      `options of ${what} must be an object (got: ${show(options)})`,
      { details: { what, value: options } },
    );
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new IoError(
    "INVALID_ARGUMENT",
    `${what} has no option "${unknown}": use ${known.join(", ")}`,
    { details: { what, option: unknown, allowed: known } },
  );
}

/** @throws IoError `INVALID_ARGUMENT` naming what is allowed. */
export function checkChoice(what: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  throw new IoError(
    "INVALID_ARGUMENT",
    `${what} must be ${allowed.map(show).join(" or ")} (got: ${show(value)})`,
    { details: { what, value, allowed } },
  );
}

/** Absent is fine. @throws IoError `INVALID_ARGUMENT` for anything but a whole number from 0. */
export function checkCount(what: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)) return;
  throw new IoError(
    "INVALID_ARGUMENT",
    `${what} must be a whole number, at least 0 (got: ${show(value)})`,
    { details: { what, value } },
  );
}

/** @throws IoSchemaError `UNKNOWN_TABLE`. */
export function checkTable(table: string, known: readonly TableKey[]): void {
  if (known.includes(parseTableKey(table))) return;
  throw new IoSchemaError(
    "UNKNOWN_TABLE",
    `there is no table ${show(table)} in this run: it has ${known.join(", ") || "none"}`,
    { details: { table, known } },
  );
}

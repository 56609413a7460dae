/** What is told of a cell that its column cannot hold: file, line, column, value and remedy. */
import { IoSchemaError, TICK_MAX } from "crv";
import { joinKinds } from "./cell-kind.js";
import type { TextColumn } from "./text-columns.js";
import type { TextRecords } from "./text-records.js";

/** Values are shown up to here. */
const SHOWN_CHARS_MAX = 80;

export interface CellPlace {
  readonly records: Pick<TextRecords, "path" | "kindOf">;
  readonly line: number;
  readonly column: TextColumn;
}

export function invalidCell(place: CellPlace, cell: unknown): IoSchemaError {
  const { type, typedBy } = place.column;
  const shownType = typeof type === "string" ? type : JSON.stringify(type);
  const origin = {
    inferred: "as inferred from the start of the file",
    "--types": "as --types says",
    table: "as in the table",
  }[typedBy];
  return new IoSchemaError(
    "INVALID_VALUE",
    `${nameOf(place)}: ${show(cell)} is no ${shownType}, ${origin}; ${remedyOf(place, cell)}`,
    { details: { ...detailsOf(place), value: cell, type } },
  );
}

export function emptyCell(place: CellPlace): IoSchemaError {
  const { source, type, typedBy } = place.column;
  const remedy = {
    inferred: "ticks and keys have no nulls: fill it, or remove the record",
    "--types": `fill it, or allow nulls with --types ${source}=${String(type)}?`,
    table: "the column of the table has no nulls: fill it, or remove the record",
  }[typedBy];
  return new IoSchemaError("NULL_VALUE", `${nameOf(place)}: there is no value; ${remedy}`, {
    details: detailsOf(place),
  });
}

/** @param remedy What can be done besides correcting the value. */
export function invalidTick(place: CellPlace, cell: unknown, remedy: string): IoSchemaError {
  return new IoSchemaError(
    "INVALID_TICK",
    `${nameOf(place)}: ${show(cell)} is no tick, a whole number from 0 to ${TICK_MAX}; ${remedy}`,
    { details: { ...detailsOf(place), value: cell } },
  );
}

/** The flag that lets the column hold this value, too, where there is one. */
function remedyOf({ records, column }: CellPlace, cell: unknown): string {
  const correct = "correct it, or name a text that means null with --null";
  if (column.typedBy !== "inferred" || typeof column.type !== "string") return correct;
  const kind = records.kindOf(cell);
  const joined = joinKinds(column.type as never, kind);
  // The kinds fit, but the digits do not: only text keeps them.
  const wider = joined === column.type && column.type !== "str" ? "str" : joined;
  if (wider === undefined || wider === "list") return "correct it";
  return `import the column with --types ${column.source}=${wider}${column.nullable ? "?" : ""}, or ${correct}`;
}

function nameOf({ records, line, column }: CellPlace): string {
  return `${records.path}, line ${line}, column ${JSON.stringify(column.source)}`;
}

function detailsOf({ records, line, column }: CellPlace) {
  return { file: records.path, line, column: column.source };
}

function show(cell: unknown): string {
  const text = JSON.stringify(cell, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text;
}

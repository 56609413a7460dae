/** The formats of `crv scan`, each a pure function from rows to text. */
import { stringify } from "csv-stringify/sync";
import { escapeLine } from "./escape-text.js";
import { jsonText, numberText } from "./json-text.js";
import type { Row } from "./printed-row.js";
import { textTable } from "./text-table.js";

export const ROW_FORMATS = ["table", "ndjson", "csv"] as const;

export type RowFormat = (typeof ROW_FORMATS)[number];

/** One JSON object per line. */
export function formatNdjson(rows: readonly Row[]): string {
  return rows.map((row) => `${jsonText(row)}\n`).join("");
}

/** @param safely Escapes control characters: the text goes to a terminal. */
export function formatCsv(rows: readonly Row[], { safely }: { readonly safely: boolean }): string {
  return stringify(
    rows.map((row) =>
      Object.values(row).map((value) => {
        const text = cellText(value);
        return text !== undefined && safely ? escapeLine(text) : text;
      }),
    ),
    // An empty text is no null, which is written as nothing.
    { cast: { string: (value) => (value === "" ? { value, quoted_empty: true } : value) } },
  );
}

export function formatCsvHeading(columns: readonly string[]): string {
  return stringify([columns]);
}

/** @param columns Their names, for a table of no rows. */
export function formatRowTable(columns: readonly string[], rows: readonly Row[]): string {
  const isNumeric = (name: string) =>
    rows.every((row) => row[name] === null || /^(number|bigint)$/.test(typeof row[name]));
  const headings = columns.map((name) => ({
    name,
    align: isNumeric(name) ? ("right" as const) : ("left" as const),
  }));
  const cells = rows.map((row) => columns.map((name) => cellText(row[name]) ?? "null"));
  return textTable(headings, cells);
}

/** Scalars bare, bytes in base64, all else as JSON. Undefined = null. */
function cellText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberText(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return typeof value === "object" ? jsonText(value) : String(value);
}

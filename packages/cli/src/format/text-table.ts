/** Tables as a terminal shows them: a heading, aligned columns, no lines. */
import Table from "cli-table3";
import { escapeLine } from "./escape-text.js";

export interface TextColumn {
  readonly name: string;
  readonly align?: "left" | "right";
}

// No lines: a table is easy to cut and to search, and narrow.
const NO_LINES = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right"],
    ...["bottom", "bottom-mid", "bottom-left", "bottom-right"],
    ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
  ].map((place) => [place, ""]),
);

/** Ends with a line break. Cells are escaped here, so callers hand in raw text. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): string {
  const table = new Table({
    head: columns.map(({ name }) => escapeLine(name)),
    chars: { ...NO_LINES, middle: "  " },
    colAligns: columns.map(({ align = "left" }) => align),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows.map((row) => row.map(escapeLine)));
  return `${table.toString().replaceAll(/ +$/gm, "")}\n`;
}

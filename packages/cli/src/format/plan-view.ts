/** An import's plan as the user sees it before anything is written. */
import type { ColumnSpec } from "crv";
import { columnSpec } from "../foreign/foreign-column.js";
import type { ForeignSource } from "../foreign/foreign-source.js";
import { type ImportPlan, TICK_COLUMN } from "../foreign/import-plan.js";
import { textTable } from "./text-table.js";

/** Ends without a line break. */
export function formatPlan(
  source: Pick<ForeignSource, "path" | "description">,
  { columns, computedTick, table }: ImportPlan,
): string {
  const rows = columns.map((column) => [
    column.source,
    column.sourceType,
    column.name,
    specText(columnSpec(column)),
  ]);
  if (computedTick !== undefined) {
    const { source: timed, clock } = computedTick;
    const origin = new Date(clock.originMs).toISOString().replace(".000Z", "Z");
    rows.unshift([timed.source, `${clock.unit}s since ${origin}`, TICK_COLUMN, "i64"]);
  }
  const buckets = table.tickBucketSize === null ? "" : `, ${table.tickBucketSize} ticks per bucket`;
  const key = table.key.length === 0 ? "" : `, key ${table.key.join(", ")}`;
  const headings = ["in the file", "type there", "column", "type"].map((name) => ({ name }));
  return [
    `${source.path}: ${source.description}`,
    `table ${table.name}: tick column ${table.tickColumn ?? "none"}${buckets}${key}`,
    textTable(headings, rows).trimEnd(),
  ].join("\n");
}

function specText(spec: ColumnSpec): string {
  return typeof spec === "string" ? spec : JSON.stringify(spec);
}

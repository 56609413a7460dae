/** An import's plan as the user sees it before anything is written. */
import type { ForeignFile } from "../foreign/foreign-file.js";
import { type ImportPlan, TICK_COLUMN } from "../foreign/import-plan.js";
import { formatCount } from "./figures.js";
import { textTable } from "./text-table.js";

/** Ends without a line break. */
export function formatPlan(
  file: ForeignFile,
  { columns, computedTick, table }: ImportPlan,
): string {
  const rows = columns.map(({ source, sourceType, name, type, nullable }) => [
    source,
    sourceType,
    name,
    nullable ? `${type}?` : type,
  ]);
  if (computedTick !== undefined) {
    const { source, clock } = computedTick;
    const origin = new Date(clock.originMs).toISOString().replace(".000Z", "Z");
    rows.unshift([source.source, `${clock.unit}s since ${origin}`, TICK_COLUMN, "i64"]);
  }
  const groups = formatCount(file.metadata.row_groups.length);
  const buckets = table.tickBucketSize === null ? "" : `, ${table.tickBucketSize} ticks per bucket`;
  const key = table.key.length === 0 ? "" : `, key ${table.key.join(", ")}`;
  const headings = ["in the file", "type there", "column", "type"].map((name) => ({ name }));
  return [
    `${file.path}: ${formatCount(file.rowCount)} rows in ${groups} row groups`,
    `table ${table.name}: tick column ${table.tickColumn ?? "none"}${buckets}${key}`,
    textTable(headings, rows).trimEnd(),
  ].join("\n");
}

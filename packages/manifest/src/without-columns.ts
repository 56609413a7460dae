/**
 * Entries of parts whose table dropped columns: what the file holds of them is no longer named, so
 * nobody reads it, also when a column of that name is added again.
 */
import type { PartEntry, StatisticsByColumn } from "@crv/core";

export function withoutColumns<Part extends PartEntry>(
  part: Part,
  dropped: ReadonlySet<string>,
): Part {
  if (dropped.size === 0) return part;
  const { columns, rowGroups } = part;
  return {
    ...part,
    columns: omit(columns, dropped),
    ...(rowGroups && {
      rowGroups: rowGroups.map((group) => ({ ...group, columns: omit(group.columns, dropped) })),
    }),
  };
}

function omit(statistics: StatisticsByColumn, dropped: ReadonlySet<string>): StatisticsByColumn {
  return Object.fromEntries(Object.entries(statistics).filter(([name]) => !dropped.has(name)));
}

/** What an entry says of the rows of a part, for the whole and for each of its row groups. */
import type { ColumnType, RowGroupEntry, StatisticsByColumn, TableDescriptor } from "@crv/core";
import type { RowSpan } from "@crv/storage-trait/parts";
import type { RecordBatch } from "apache-arrow";
import { type ColumnSpan, measureColumn } from "./measure-column.js";
import { mergeRanges, toStatistics, type ValueRange } from "./value-range.js";

export interface PartStatistics {
  readonly rows: number;
  readonly tickMin: number | null;
  readonly tickMax: number | null;
  readonly columns: StatisticsByColumn;
  /** Undefined when there is one row group. */
  readonly rowGroups: readonly RowGroupEntry[] | undefined;
}

/**
 * Measures the rows of a part. The writer fills each row group to exactly `rowGroupRows` before it
 * begins the next, whatever the batches are, so the groups here are those of the file.
 *
 * Requires: at least one row; the columns of `batches` are those of `table`, in order.
 */
export function measurePart(
  table: TableDescriptor,
  batches: readonly RecordBatch[],
  rowGroupRows: number,
): PartStatistics {
  const groups = splitIntoGroups(batches, rowGroupRows);
  const rangesByColumn = Object.entries(table.columns).map(
    ([name, type], index): [string, ValueRange[]] => [name, measureGroups(type, index, groups)],
  );
  const columns = Object.fromEntries(
    rangesByColumn.map(([name, ranges]) => [name, toStatistics(mergeRanges(ranges))]),
  );
  const tick = table.tickColumn === null ? undefined : columns[table.tickColumn];
  return {
    rows: batches.reduce((sum, { numRows }) => sum + numRows, 0),
    tickMin: tick?.min === undefined ? null : Number(tick.min),
    tickMax: tick?.max === undefined ? null : Number(tick.max),
    columns,
    rowGroups: groups.length === 1 ? undefined : groups.map(entryOfGroup(rangesByColumn)),
  };
}

/** The statistics of `rows` together, whatever row groups they are of. */
export function measureRows(table: TableDescriptor, rows: readonly RowSpan[]): StatisticsByColumn {
  return Object.fromEntries(
    Object.entries(table.columns).map(([name, type], index) => [
      name,
      toStatistics(mergeRanges(measureGroups(type, index, [rows]))),
    ]),
  );
}

function splitIntoGroups(batches: readonly RecordBatch[], rowGroupRows: number): RowSpan[][] {
  const groups: RowSpan[][] = [];
  let room = 0;
  for (const batch of batches) {
    for (let start = 0; start < batch.numRows; ) {
      if (room === 0) {
        groups.push([]);
        room = rowGroupRows;
      }
      const end = Math.min(batch.numRows, start + room);
      groups.at(-1)?.push({ batch, start, end });
      room -= end - start;
      start = end;
    }
  }
  return groups;
}

function measureGroups(
  type: ColumnType,
  index: number,
  groups: readonly (readonly RowSpan[])[],
): ValueRange[] {
  return groups.map((spans) =>
    mergeRanges(spans.map((span) => measureColumn(type, columnOf(span, index)))),
  );
}

function columnOf({ batch, start, end }: RowSpan, index: number): ColumnSpan {
  const data = batch.data.children[index];
  if (data === undefined) throw new TypeError(`a batch of no column ${index}`);
  return { data, start, end };
}

function entryOfGroup(
  rangesByColumn: readonly (readonly [string, readonly ValueRange[]])[],
): (spans: readonly RowSpan[], group: number) => RowGroupEntry {
  return (spans, group) => ({
    rows: spans.reduce((sum, { start, end }) => sum + end - start, 0),
    columns: Object.fromEntries(
      rangesByColumn.map(([name, ranges]) => [name, toStatistics(ranges[group] as ValueRange)]),
    ),
  });
}

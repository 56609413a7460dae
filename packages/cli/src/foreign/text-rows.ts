/** The rows of a text file as the planned table takes them: every cell read by the type of its column. */
import { emptyCell, invalidCell, invalidTick } from "./bad-cell.js";
import type { ForeignRow } from "./foreign-source.js";
import { type ImportPlan, TICK_COLUMN } from "./import-plan.js";
import type { TextColumn } from "./text-columns.js";
import type { TextRecord, TextRecords } from "./text-records.js";
import { tickOf } from "./tick-clock.js";

/** @throws IoSchemaError `INVALID_VALUE`, `NULL_VALUE`, `INVALID_TICK`, naming line and column. */
export async function* readTextRows(
  records: TextRecords,
  columns: readonly TextColumn[],
  plan: ImportPlan,
  batchRows: number,
): AsyncGenerator<ForeignRow[]> {
  const toRow = rowReader(records, columns, plan);
  let rows: ForeignRow[] = [];
  for (const record of records.sample) {
    if (rows.push(toRow(record)) < batchRows) continue;
    yield rows;
    rows = [];
  }
  for await (const record of records.rest) {
    if (rows.push(toRow(record)) < batchRows) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

function rowReader(
  records: TextRecords,
  columns: readonly TextColumn[],
  { table, computedTick }: ImportPlan,
): (record: TextRecord) => ForeignRow {
  const readers = columns.map((column) => ({
    column,
    read: records.readerOf(column.type) as (cell: unknown) => unknown,
    isTick: column.name === table.tickColumn,
    clock: column.source === computedTick?.source.source ? computedTick.clock : undefined,
  }));
  return ({ line, cells }) => {
    const row: ForeignRow = {};
    for (const { column, read, isTick, clock } of readers) {
      const cell = cells[column.at];
      if (cell === null || cell === undefined) {
        if (!column.nullable) throw emptyCell({ records, line, column });
        row[column.name] = null;
        continue;
      }
      const value = read(cell);
      if (value === undefined) {
        // A quoted nothing is an empty text, and no value of any other type.
        if (cell !== "" || !column.nullable) throw invalidCell({ records, line, column }, cell);
        row[column.name] = null;
        continue;
      }
      row[column.name] = value;
      if (isTick && !isTickValue(value)) {
        throw invalidTick({ records, line, column }, cell, "correct it, or name another --tick");
      }
      if (clock === undefined) continue;
      const tick = tickOf(value as bigint, clock);
      if (!isTickValue(Number(tick))) {
        const place = { records, line, column };
        throw invalidTick(place, cell, "its tick is before 0: give an earlier --tick-origin");
      }
      row[TICK_COLUMN] = tick;
    }
    return row;
  };
}

function isTickValue(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

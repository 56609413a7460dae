/** Which rows of a batch are taken: a range, whose copies are bulk copies, or indexes in any order. */
export type RowSelection = Int32Array | RowRange;

/** `[start, end)`. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

export function selectedCount(rows: RowSelection): number {
  return rows instanceof Int32Array ? rows.length : rows.end - rows.start;
}

/** Calls `visit(row, position)` for each selected row; `position` counts from 0. */
export function forEachRow(
  rows: RowSelection,
  visit: (row: number, position: number) => void,
): void {
  if (rows instanceof Int32Array) {
    for (let position = 0; position < rows.length; position++) {
      visit(rows[position] as number, position);
    }
  } else {
    for (let row = rows.start; row < rows.end; row++) visit(row, row - rows.start);
  }
}

/** Rows as multisets. */
import assert from "node:assert/strict";
import type { Row } from "./tables.js";

/** @throws AssertionError naming `what` when the two are not the same rows, in whatever order. */
export function compareRows(found: readonly Row[], expected: readonly Row[], what: string): void {
  assert.deepEqual(texts(found), texts(expected), what);
}

/** Column by column in the order of names: that of the columns says nothing of the row. */
function texts(rows: readonly Row[]): readonly string[] {
  return rows
    .map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))))
    .sort();
}

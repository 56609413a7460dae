/** Fixture: a table of many rows in one commit. */
import { createBenchTable, edgesInArrow } from "./bench-table.mjs";

/** @param {{ folder: string, rows: number }} input */
export async function measure({ folder, rows }) {
  const input = edgesInArrow(rows);
  const table = await createBenchTable(folder, input.schema);
  await table.add(input);
  return { figures: { rows } };
}

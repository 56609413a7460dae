/** Fixture: a table of so many one-row commits. */
import { edgeOfCommit } from "../../edges.mjs";
import { createBenchTable, edgeOf } from "./bench-table.mjs";

/** @param {{ folder: string, versions: number }} input */
export async function measure({ folder, versions }) {
  const table = await createBenchTable(folder);
  for (let i = 0; i < versions; i++) await table.add([edgeOf(edgeOfCommit(i))]);
  return { figures: { versions } };
}

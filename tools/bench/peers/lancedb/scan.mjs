/** All rows, and one column of them, as an Arrow table; warm. */
import { timeScans } from "../../time-scans.mjs";
import { openBenchTable } from "./bench-table.mjs";

/** @param {{ folder: string, scans: number }} input */
export async function measure({ folder, scans }) {
  const table = await openBenchTable(folder);
  return timeScans(scans, async (columns) => {
    const query = columns === undefined ? table.query() : table.query().select([...columns]);
    return (await query.toArrow()).numRows;
  });
}

/** All rows of a Parquet file, and one column of them, into Polars' own columns; warm. */
import { join } from "node:path";
import pl from "nodejs-polars";
import { timeScans } from "../../time-scans.mjs";

/** @param {{ folder: string, scans: number }} input */
export async function measure({ folder, scans }) {
  const file = join(folder, "edges.parquet");
  return timeScans(scans, async (columns) => {
    const options = columns === undefined ? {} : { columns: [...columns] };
    return pl.readParquet(file, options).height;
  });
}

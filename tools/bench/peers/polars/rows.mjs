/** Fixture: many rows in one Parquet file. */
import { join } from "node:path";
import pl from "nodejs-polars";
import { edgesInIpc } from "./bench-frame.mjs";

/** @param {{ folder: string, rows: number }} input */
export async function measure({ folder, rows }) {
  const frame = pl.readIPCStream(edgesInIpc(rows));
  frame.writeParquet(join(folder, "edges.parquet"), { compression: "zstd" });
  return { figures: { rows } };
}

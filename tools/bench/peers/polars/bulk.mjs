/** Many rows from Arrow to one Parquet file, not synced. */
import { join } from "node:path";
import pl from "nodejs-polars";
import { peakMemory, timed } from "../../stopwatch.mjs";
import { edgesInIpc } from "./bench-frame.mjs";

/** @param {{ folder: string, rows: number }} input */
export async function measure({ folder, rows }) {
  const stream = edgesInIpc(rows);
  const file = join(folder, "edges.parquet");
  const ms = await timed(() =>
    pl.readIPCStream(stream).writeParquet(file, { compression: "zstd" }),
  );
  return {
    figures: { seconds: ms / 1000, rate: rows / ms / 1000, memory: peakMemory() },
    facts: { rows: pl.readParquet(file).height },
  };
}

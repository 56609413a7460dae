/** What a merge does to the parts of one table. */
import type { PartEntry } from "@crv/core";
import type { RecordBatch } from "apache-arrow";

export interface MergedParts {
  /** They go from ours. */
  readonly removed: readonly PartEntry[];
  /** They come from theirs as they are. */
  readonly adopted: readonly PartEntry[];
  /** They are written. */
  readonly rows: AsyncIterable<RecordBatch>;
}

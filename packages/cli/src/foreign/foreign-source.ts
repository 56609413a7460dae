/** A file to be imported, whatever its format: its columns, and its rows as the planned table takes them. */
import type { RecordBatch } from "apache-arrow";
import type { ForeignColumn } from "./foreign-column.js";
import type { ImportPlan } from "./import-plan.js";

export type ForeignRow = Record<string, unknown>;

/** As `run.load` takes them. */
export type ForeignBatch = readonly ForeignRow[] | RecordBatch;

export interface ForeignSource {
  readonly path: string;
  /** What is known before it is read: `4,000 rows in 3 row groups`. */
  readonly description: string;
  /** What may be wrong with it, though it can be read. */
  readonly warning?: string;
  /** Undefined where only reading it tells. */
  readonly rowCount?: number;
  readonly columns: readonly ForeignColumn[];
  /** Batches of about `batchRows` rows; a few are in memory at a time. May be called once. */
  readonly batches: (plan: ImportPlan, batchRows: number) => AsyncGenerator<ForeignBatch>;
}

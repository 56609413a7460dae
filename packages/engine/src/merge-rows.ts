/** Rows to merge by key: what they are, and which rows they replace. Pure. */
import { type Hash52, IoSchemaError, type TableDescriptor } from "@crv/core";
import { BatchBuilder } from "@crv/core/arrow";
import type { RecordBatch } from "apache-arrow";
import { dropRows } from "./change-rows.js";
import { KeyProbe } from "./keys/key-probe.js";
import type { ChangeBatch } from "./rewrite-parts.js";
import { keysOf } from "./row-keys.js";

export interface MergeRows {
  /** Each key once: of several rows with one key the last, in the order of the input. */
  readonly batch: RecordBatch;
  /** Their keys: a part that can hold none of them has no row that is replaced. */
  readonly probe: KeyProbe;
  /** Drops the rows that are replaced. */
  readonly dropReplaced: ChangeBatch;
}

/** @throws IoSchemaError `INVALID_ARGUMENT` when the table has no key. */
export function checkHasKey({ name, key }: TableDescriptor): void {
  if (key.length > 0) return;
  throw new IoSchemaError(
    "INVALID_ARGUMENT",
    `table ${name} has no key to merge by: declare one with defineTable({ key: […] })`,
    { details: { table: name } },
  );
}

export function prepareMerge(batch: RecordBatch, table: TableDescriptor, hash: Hash52): MergeRows {
  const keys = keysOf(batch, table);
  const lastRow = new Map(keys.map((key, row) => [key, row]));
  const rows = Int32Array.from(keys.keys()).filter(
    (row) => lastRow.get(keys[row] as string) === row,
  );
  const builder = new BatchBuilder(batch.schema);
  builder.append(batch, rows);
  const merged = builder.finish();
  return {
    batch: merged,
    probe: new KeyProbe(merged, table.key, hash),
    dropReplaced: (found) => {
      const replaced = keysOf(found, table);
      const dropped = Int32Array.from(replaced.keys()).filter((row) =>
        lastRow.has(replaced[row] as string),
      );
      return dropRows(found, dropped);
    },
  };
}

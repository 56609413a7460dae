/** Rows to merge by key: what they are, where their predecessors may be. Pure. */
import { IoSchemaError, type Predicate, type Scalar, type TableDescriptor } from "@crv/core";
import { BatchBuilder } from "@crv/core/arrow";
import type { RecordBatch } from "apache-arrow";
import { dropRows } from "./change-rows.js";
import type { ChangeBatch } from "./rewrite-parts.js";
import { keyColumn, keysOf } from "./row-keys.js";
import { orderOf } from "./scan/scalar-order.js";

/** Above so many values a range says almost as much as the list, and costs less to check. */
const LISTED_VALUES_MAX = 2048;

export interface MergeRows {
  /** Each key once: of several rows with one key the last, in the order of the input. */
  readonly batch: RecordBatch;
  /** True of every row that one of them replaces, and of as few others as is cheap to tell. */
  readonly reach: Predicate;
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

export function prepareMerge(batch: RecordBatch, table: TableDescriptor): MergeRows {
  const keys = keysOf(batch, table);
  const lastRow = new Map(keys.map((key, row) => [key, row]));
  const rows = Int32Array.from(keys.keys()).filter(
    (row) => lastRow.get(keys[row] as string) === row,
  );
  const builder = new BatchBuilder(batch.schema);
  builder.append(batch, rows);
  return {
    batch: builder.finish(),
    reach: { kind: "and", of: table.key.map((column) => columnReach(batch, column)) },
    dropReplaced: (found) => {
      const replaced = keysOf(found, table);
      const dropped = Int32Array.from(replaced.keys()).filter((row) =>
        lastRow.has(replaced[row] as string),
      );
      return dropRows(found, dropped);
    },
  };
}

function columnReach(batch: RecordBatch, column: string): Predicate {
  const valueAt = keyColumn(batch, column);
  const values = new Set<Scalar>();
  let min = valueAt(0);
  let max = min;
  for (let row = 0; row < batch.numRows; row++) {
    const value = valueAt(row);
    if (values.size <= LISTED_VALUES_MAX) values.add(value);
    if ((orderOf(value, min) ?? 0) < 0) min = value;
    if ((orderOf(value, max) ?? 0) > 0) max = value;
  }
  if (values.size <= LISTED_VALUES_MAX) return { kind: "in", column, values: [...values] };
  return {
    kind: "and",
    of: [
      { kind: "compare", column, op: "ge", value: min },
      { kind: "compare", column, op: "le", value: max },
    ],
  };
}

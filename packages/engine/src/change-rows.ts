/** The changes of rows that deletes, updates and merges make to a batch. Pure. */
import type { Predicate } from "@crv/core";
import { BatchBuilder, batchOf, builderForType } from "@crv/core/arrow";
import type { Data, RecordBatch, Schema } from "apache-arrow";
import type { ChangeBatch } from "./rewrite-parts.js";
import { selectRows } from "./scan/select-rows.js";

/** Drops the rows for which `where` is true. */
export function deleteRows(where: Predicate): ChangeBatch {
  return (batch) => dropRows(batch, selectRows(batch, where));
}

/**
 * Gives the rows for which `where` is true the values of the one row of `set`.
 *
 * @param schema Of the table: parts of an older one are brought up to it.
 */
export function updateRows(where: Predicate, set: RecordBatch, schema: Schema): ChangeBatch {
  return (batch) => {
    const selected = selectRows(batch, where);
    if (selected !== "all" && selected.length === 0) return undefined;
    const builder = new BatchBuilder(schema);
    builder.append(batch);
    const whole = builder.finish();
    const isSet = marksOf(selected, whole.numRows);
    const columns = schema.fields.map((field, index) => {
      const source = whole.data.children[index] as Data;
      const value = set.data.children[set.schema.fields.findIndex((f) => f.name === field.name)];
      return value === undefined ? source : setWhere(source, value, isSet);
    });
    const touched = selected === "all" ? whole.numRows : selected.length;
    return { rows: [batchOf(schema, whole.numRows, columns)], touched };
  };
}

/** `batch` without the rows of `dropped`; undefined when there are none. */
export function dropRows(batch: RecordBatch, dropped: Int32Array | "all"): ReturnType<ChangeBatch> {
  if (dropped === "all") return { rows: [], touched: batch.numRows };
  if (dropped.length === 0) return undefined;
  const isDropped = marksOf(dropped, batch.numRows);
  const kept = Int32Array.from({ length: batch.numRows }, (_, row) => row).filter(
    (row) => isDropped[row] === 0,
  );
  const builder = new BatchBuilder(batch.schema);
  builder.append(batch, kept);
  return { rows: [builder.finish()], touched: dropped.length };
}

/** 1 for each selected row. */
function marksOf(selected: Int32Array | "all", rowCount: number): Uint8Array {
  const marks = new Uint8Array(rowCount).fill(selected === "all" ? 1 : 0);
  if (selected !== "all") for (const row of selected) marks[row] = 1;
  return marks;
}

/** `source` with the first value of `value` in every marked row. Copies runs, not rows. */
function setWhere(source: Data, value: Data, isSet: Uint8Array): Data {
  const builder = builderForType(source.type);
  for (let start = 0; start < isSet.length; ) {
    let end = start + 1;
    while (end < isSet.length && isSet[end] === isSet[start]) end++;
    if (isSet[start] === 0) builder.appendFrom(source, { start, end });
    else builder.appendFrom(value, new Int32Array(end - start));
    start = end;
  }
  return builder.finish();
}

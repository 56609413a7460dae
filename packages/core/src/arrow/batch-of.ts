/** Batches from finished columns. */
import { type Data, makeData, RecordBatch, type Schema, Struct } from "apache-arrow";
import { builderForType } from "./builder-for-type.js";

/** A batch of `rowCount` rows. Requires: one column for each field, in order, all of that length. */
export function batchOf(schema: Schema, rowCount: number, columns: readonly Data[]): RecordBatch {
  const type = new Struct(schema.fields);
  return new RecordBatch(
    schema,
    makeData({ type, length: rowCount, nullCount: 0, children: [...columns] }),
  );
}

/** A batch of no rows, which still says what its columns are. */
export function emptyBatch(schema: Schema): RecordBatch {
  return batchOf(
    schema,
    0,
    schema.fields.map((field) => builderForType(field.type).finish()),
  );
}

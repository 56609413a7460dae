/** Batches as parts hold them, brought to the types that columns of a table have. */
import { BatchBuilder, equalTypes } from "@crv/core/arrow";
import type { RecordBatch, Schema } from "apache-arrow";

/** Parts of older columns, or of other programs, hold types that no column has: these are rebuilt. */
export function ownTypes(batch: RecordBatch, schema: Schema): RecordBatch {
  const types = new Map(schema.fields.map(({ name, type }) => [name as string, type]));
  const isOwn = batch.schema.fields.every(({ name, type }) => {
    const own = types.get(name);
    return own !== undefined && equalTypes(own, type);
  });
  if (isOwn) return batch;
  const builder = new BatchBuilder(schema);
  builder.append(batch);
  return builder.finish();
}

/** The entry of a part that another program wrote, as its writer would have given it. */
import type { PartEntry, TableDescriptor } from "@crv/core";
import { arrowSchema, BatchBuilder } from "@crv/core/arrow";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import type { PartSource } from "@crv/storage-trait/parts";
import { Schema } from "apache-arrow";
import type { CodecPool } from "./codec-pool.js";
import { measurePart } from "./part-statistics.js";
import { readPart } from "./read-part.js";

/** As `PartStore.describe` says. Row groups are not told apart: how the file divides them is its own. */
export async function describePart(
  reader: ObjectReader,
  pool: CodecPool,
  part: PartSource,
  table: TableDescriptor,
  bucket: number,
  signal: AbortSignal | undefined,
): Promise<PartEntry> {
  const { path, bytes, digest } = part;
  const whole = arrowSchema(table);
  let builder: BatchBuilder | undefined;
  for await (const batch of readPart(reader, pool, part, table, signal ? { signal } : {})) {
    const held = new Set(batch.schema.names);
    builder ??= new BatchBuilder(
      new Schema(whole.fields.filter(({ name }) => held.has(name as string))),
    );
    builder.append(batch);
  }
  const fields = builder?.schema.fields ?? [];
  const columns = Object.fromEntries(
    fields.map(({ name }) => [name, table.columns[name] as TableDescriptor["columns"][string]]),
  );
  const rows = builder ? [builder.finish()] : [];
  const { rowGroups: _, ...measured } = measurePart({ ...table, columns }, rows, part.rows);
  return { path, bytes, digest, bucket, ...measured };
}

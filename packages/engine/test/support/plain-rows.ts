/** Rows of any table as plain objects: written as batches, and read back. */
import type { TableDescriptor } from "@crv/core";
import { arrowSchema, batchOf, builderForType } from "@crv/core/arrow";
import type { StagedStorage } from "@crv/storage-trait";
import { type RecordBatch, Schema } from "apache-arrow";

export type PlainRow = Readonly<Record<string, number | string | null>>;

/** @param columns Default: all of the table. */
export function batchOfRows(
  table: TableDescriptor,
  rows: readonly PlainRow[],
  columns: readonly string[] = Object.keys(table.columns),
): RecordBatch {
  const schema = new Schema(
    arrowSchema(table).fields.filter((field) => columns.includes(field.name)),
  );
  const data = schema.fields.map(({ name, type }) => {
    const builder = builderForType(type);
    for (const row of rows) {
      const value = row[name] ?? null;
      if (value === null) builder.appendNulls(1);
      else builder.appendValue(typeof value === "number" ? BigInt(value) : value);
    }
    return builder.finish();
  });
  return batchOf(schema, rows.length, data);
}

/** All rows of a table at the newest version, in storage order; none when it does not exist. */
export async function readRows(
  storage: StagedStorage,
  { name: table, columns }: TableDescriptor,
): Promise<readonly PlainRow[]> {
  await using snapshot = await storage.snapshot();
  if (snapshot.descriptor(table) === undefined) return [];
  const rows: PlainRow[] = [];
  for await (const batch of storage.scan(snapshot, { table })) {
    for (const row of batch) {
      rows.push(
        Object.fromEntries(
          Object.keys(columns).map((name) => {
            const value: unknown = row[name];
            return [name, typeof value === "bigint" ? Number(value) : value];
          }),
        ) as PlainRow,
      );
    }
  }
  return rows;
}

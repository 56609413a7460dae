/** `PartStore.readTogether` where nothing is to be gained by it. */
import type { TableDescriptor } from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import type { PartReadRequest, PartStore, WantedPart } from "../parts.js";

export async function readOneByOne(
  store: Pick<PartStore, "read">,
  wanted: readonly WantedPart[],
  table: TableDescriptor,
  options: Pick<PartReadRequest, "signal"> = {},
): Promise<readonly (readonly RecordBatch[])[]> {
  const rows: RecordBatch[][] = [];
  for (const { part, ...request } of wanted) {
    const batches: RecordBatch[] = [];
    for await (const batch of store.read(part, table, { ...request, ...options })) {
      batches.push(batch);
    }
    rows.push(batches);
  }
  return rows;
}

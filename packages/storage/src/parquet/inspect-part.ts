/** What a Parquet file says of itself: for files that no record describes. */
import { digestOf, type ObjectKey, PART_BYTES_MAX, PART_ROWS_MAX } from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import type { InspectedPart } from "@crv/storage-trait/parts";
import { RecordBatchReader } from "apache-arrow";
import type { CodecPool } from "./codec-pool.js";
import { checkFrame } from "./footer.js";
import { corruptPart, partTooLarge } from "./part-errors.js";
import { shareBytes } from "./read-part.js";

/** As `PartStore.inspect` says. */
export async function inspectPart(
  reader: ObjectReader,
  pool: CodecPool,
  path: ObjectKey,
  signal: AbortSignal | undefined,
): Promise<InspectedPart | undefined> {
  const bytes = await reader.get(path, { sizeBytesMax: PART_BYTES_MAX });
  if (bytes === undefined) return undefined;
  checkFrame(path, bytes);
  const [digest, result] = await Promise.all([
    digestOf(bytes),
    pool.inspect(path, { bytes: shareBytes(bytes) }, signal),
  ]);
  if (result.kind === "refused") throw corruptPart(path, result.reason);
  const { rows } = result;
  if (!Number.isSafeInteger(rows) || rows < 0) throw corruptPart(path, `it has ${rows} rows`);
  if (rows > PART_ROWS_MAX) {
    throw partTooLarge(path, `it has ${rows} rows, at most ${PART_ROWS_MAX}`);
  }
  const { schema } = RecordBatchReader.from(result.schema).open();
  const metadata = new Map(result.metadata);
  return { path, bytes: bytes.byteLength, digest, rows, schema, metadata };
}

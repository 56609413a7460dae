/** The key filter of a part that is written: whether it needs one, and what it is. Pure. */
import {
  type Hash52,
  KEY_FILTER_INLINE_BYTES_MAX,
  type PartEntry,
  type TableDescriptor,
} from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import { orderOf } from "../scan/scalar-order.js";
import { keyBytes } from "./key-bytes.js";
import { type EncodedKeyFilter, encodeKeyFilter } from "./key-filter.js";

/** Undefined when the table has no key, or the entry says as much by itself. */
export function filterOfPart(
  part: PartEntry,
  { key }: TableDescriptor,
  batches: readonly RecordBatch[],
  hash: Hash52,
): EncodedKeyFilter | undefined {
  if (key.length === 0 || key.every((column) => isConstant(part, column))) return undefined;
  const hashes = new Float64Array(part.rows);
  let at = 0;
  for (const batch of batches) {
    const bytesOf = keyBytes(batch, key);
    for (let row = 0; row < batch.numRows; row++) hashes[at++] = hash(bytesOf(row));
  }
  return encodeKeyFilter(hashes);
}

/** Whether a filter of this size stands in the entry. */
export function isInline({ bytes }: EncodedKeyFilter): boolean {
  return bytes.byteLength <= KEY_FILTER_INLINE_BYTES_MAX;
}

/** Bounds are equal only if they are exact, and then they are the one value of the column. */
function isConstant({ columns }: PartEntry, column: string): boolean {
  const { min, max } = columns[column] ?? {};
  return min !== undefined && max !== undefined && orderOf(min, max) === 0;
}

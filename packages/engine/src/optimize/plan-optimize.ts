/**
 * Which parts of a table are merged: small ones of one bucket, in storage order, as long as together
 * they stay below the target. Pure.
 */
import type { PartEntry } from "@crv/core";
import { compareStorageOrder } from "../scan/storage-order.js";

export interface OptimizeTarget {
  /** Size of the parts that are aimed at, in bytes of their files. */
  readonly bytes: number;
  readonly rows: number;
  /** Fewer small parts of a bucket than this are left as they are; at least 2. */
  readonly bucketPartsMin: number;
}

/** Parts that become one; of one bucket, two or more. */
export type PartGroup = readonly PartEntry[];

export function planOptimize(
  parts: Iterable<PartEntry>,
  target: OptimizeTarget,
): readonly PartGroup[] {
  const buckets = new Map<number, PartEntry[]>();
  for (const part of parts) {
    if (!isSmall(part, target)) continue;
    const bucket = buckets.get(part.bucket);
    if (bucket) bucket.push(part);
    else buckets.set(part.bucket, [part]);
  }
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .filter(([, small]) => small.length >= Math.max(2, target.bucketPartsMin))
    .flatMap(([, small]) => groupsOf(small.sort(compareStorageOrder), target));
}

/** A part of half the target is large enough: to merge it again would write it twice for little. */
function isSmall({ bytes, rows }: PartEntry, target: OptimizeTarget): boolean {
  return bytes * 2 <= target.bytes && rows * 2 <= target.rows;
}

function groupsOf(parts: readonly PartEntry[], target: OptimizeTarget): readonly PartGroup[] {
  const groups: PartEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  let rows = 0;
  for (const part of parts) {
    bytes += part.bytes;
    rows += part.rows;
    if (bytes > target.bytes || rows > target.rows) {
      groups.push([]);
      bytes = part.bytes;
      rows = part.rows;
    }
    groups.at(-1)?.push(part);
  }
  return groups.filter((group) => group.length > 1);
}

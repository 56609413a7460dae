/**
 * Which parts of a table are merged: small ones of one bucket, in storage order, as long as together
 * they stay below the target. Pure.
 */
import { PART_ROWS_MAX, type PartEntry } from "@crv/core";
import { compareStorageOrder } from "../scan/storage-order.js";

export interface OptimizeTarget {
  /** Size of the parts that are aimed at, in bytes of their files. */
  readonly bytes: number;
  readonly rows: number;
  /** Fewer small parts of a bucket than this are left as they are; at least 2. */
  readonly bucketPartsMin: number;
  /**
   * Whether a part that is larger than all smaller ones of its bucket together is left: else who optimizes
   * again and again would write it anew each time for little.
   */
  readonly isStepwise?: boolean;
}

/** Encoded, decoded and sorted it takes some ten times as much memory. */
export const TARGET_BYTES = 32 * 1024 * 1024;
/** Rows of a part, as where rows are staged. */
export const TARGET_ROWS = Math.min(PART_ROWS_MAX, 1 << 20);

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
    .map(([bucket, small]) => [bucket, target.isStepwise ? withoutLarge(small) : small] as const)
    .filter(([, small]) => small.length >= Math.max(2, target.bucketPartsMin))
    .flatMap(([, small]) => groupsOf(small.sort(compareStorageOrder), target));
}

/** A part of half the target is large enough: to merge it again would write it twice for little. */
function isSmall(
  { bytes, rows }: PartEntry,
  target: Pick<OptimizeTarget, "bytes" | "rows">,
): boolean {
  return bytes * 2 <= target.bytes && rows * 2 <= target.rows;
}

/** By the sizes that are aimed at when nothing else is asked for. */
export function isSmallPart(part: PartEntry): boolean {
  return isSmall(part, { bytes: TARGET_BYTES, rows: TARGET_ROWS });
}

function withoutLarge(parts: readonly PartEntry[]): PartEntry[] {
  const ascending = [...parts].sort((a, b) => a.bytes - b.bytes);
  let smaller = 0;
  const first = ascending.findIndex(({ bytes }, i) => {
    const isLarge = i > 1 && bytes > smaller;
    smaller += bytes;
    return isLarge;
  });
  return first < 0 ? ascending : ascending.slice(0, first);
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

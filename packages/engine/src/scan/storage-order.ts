/** Storage order of parts: (bucket, first tick, path). The order in which scans give rows. */
import { compareText, type PartEntry } from "@crv/core";

export function compareStorageOrder(a: PartEntry, b: PartEntry): number {
  return a.bucket - b.bucket || (a.tickMin ?? 0) - (b.tickMin ?? 0) || compareText(a.path, b.path);
}

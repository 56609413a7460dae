// Placeholder by the owner of engine; the developer of prune.ts replaces this file whole.
import type { PartEntry } from "@crv/core";
import type { ScanRequest } from "@crv/storage-trait";

export function pruneParts<P extends PartEntry>(
  parts: readonly P[],
  { tickMin, tickMax }: ScanRequest,
): readonly P[] {
  return parts.filter(
    (p) =>
      p.tickMin === null ||
      p.tickMax === null ||
      (p.tickMax >= (tickMin ?? 0) && p.tickMin <= (tickMax ?? Number.POSITIVE_INFINITY)),
  );
}

export function pruneRowGroups(
  _part: PartEntry,
  _request: ScanRequest,
): readonly number[] | undefined {
  return undefined;
}

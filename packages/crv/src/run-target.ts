/**
 * Versions as programs and the command line name them: a number, a time, or the id of an operation.
 * Names of one kind never look like another: see docs/design/naming-versions.md.
 */
import { IoError, parseOperationId, show } from "@crv/core";
import type { SnapshotTarget } from "@crv/storage-trait";

/**
 * A version: its number (also as text), a time (`Date`, or ISO 8601, UTC where it names no zone: the
 * newest version committed by then), or the id of an operation (the version that it made).
 */
export type VersionTarget = number | Date | string;

const TIME = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** @throws IoError `INVALID_ARGUMENT`. */
export function parseTarget(target: unknown): SnapshotTarget {
  if (typeof target === "number" && Number.isSafeInteger(target) && target >= 0) {
    return { version: target };
  }
  if (target instanceof Date && !Number.isNaN(target.getTime())) return { asOf: target };
  if (typeof target !== "string") throw invalid(target);
  if (/^\d+$/.test(target) && Number.isSafeInteger(Number(target))) {
    return { version: Number(target) };
  }
  const asOf = parseTime(target);
  if (asOf) return { asOf };
  try {
    return { operationId: parseOperationId(target) };
  } catch {
    throw invalid(target);
  }
}

function parseTime(text: string): Date | undefined {
  const [, day, timeOfDay, zone] = TIME.exec(text) ?? [];
  if (day === undefined) return undefined;
  // Without a zone, Date would take a time of day for local time.
  const time = new Date(timeOfDay && !zone ? `${text}Z` : text);
  // Date would take February 31 for March 3.
  const isDay = new Date(`${day}T00:00:00Z`).getTime();
  const isReal = !Number.isNaN(isDay) && new Date(isDay).toISOString().startsWith(day);
  return isReal && !Number.isNaN(time.getTime()) ? time : undefined;
}

function invalid(target: unknown): IoError {
  return new IoError(
    "INVALID_ARGUMENT",
    `a version is a number, a time such as "2001-01-01T00:00:00Z", or an operation id (got: ${show(target)})`,
    { details: { what: "at", value: target } },
  );
}

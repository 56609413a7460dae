/**
 * Versions as programs and the command line name them: a number, a time, or the id of an operation.
 * Names of one kind never look like another: see docs/design/naming-versions.md.
 */
import { IoError, parseBranchName, parseOperationId, parseTagName, show } from "@crv/core";
import type { SnapshotTarget } from "@crv/storage-trait";

/**
 * A version: its number (also as text), a time (`Date`, or ISO 8601, UTC where it names no zone: the
 * newest version committed by then), the id of an operation (the version that it made), the name of a
 * tag, or that of a branch (its newest version). `branch@…` is one of the first three on that branch.
 */
export type VersionTarget = number | Date | string;

const TIME = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** The newest version when none is named. @throws IoError `INVALID_ARGUMENT`. */
export function targetOf(target: VersionTarget | undefined): SnapshotTarget {
  return target === undefined ? {} : parseTarget(target);
}

/** @throws IoError `INVALID_ARGUMENT`. */
export function parseTarget(target: unknown): SnapshotTarget {
  if (typeof target === "number" && Number.isSafeInteger(target) && target >= 0) {
    return { version: target };
  }
  if (target instanceof Date && !Number.isNaN(target.getTime())) return { asOf: target };
  if (typeof target !== "string") throw invalid(target);
  const at = target.indexOf("@");
  if (at < 0) return parseInBranch(target) ?? { name: parseRefName(target) };
  const inBranch = parseInBranch(target.slice(at + 1));
  if (inBranch === undefined) throw invalid(target);
  return { ...inBranch, branch: parseBranchName(target.slice(0, at)) };
}

type InBranch = Exclude<SnapshotTarget, { readonly name: string }>;

/** What is a version wherever it is looked for; undefined for a name. */
function parseInBranch(target: string): InBranch | undefined {
  if (/^\d+$/.test(target) && Number.isSafeInteger(Number(target))) {
    return { version: Number(target) };
  }
  const asOf = parseTime(target);
  if (asOf) return { asOf };
  try {
    return { operationId: parseOperationId(target) };
  } catch {
    return undefined;
  }
}

function parseRefName(target: string): string {
  try {
    return parseTagName(target);
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
    `a version is a number, a time such as "2001-01-01T00:00:00Z", an operation id, or the name of a tag or branch (got: ${show(target)})`,
    { details: { what: "at", value: target } },
  );
}

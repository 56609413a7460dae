/**
 * Version of the table schemas: major = breaking, minor = additive. Written `major.minor@date`.
 */
import { SchemaError, show, VersionMismatch } from "./errors.js";

export interface SchemaVersion {
  readonly major: number;
  readonly minor: number;
  /** ISO date, `YYYY-MM-DD`. */
  readonly date: string;
}

/** Version of the canonical tables in this release. */
export const SCHEMA_V: SchemaVersion = schemaVersion(0, 1, "2025-09-20");

/** @throws SchemaError `INVALID_ARGUMENT` for a negative or fractional number or a date not ISO. */
export function schemaVersion(major: number, minor: number, date: string): SchemaVersion {
  checkPart("major", major);
  checkPart("minor", minor);
  if (!isIsoDate(date)) {
    throw new SchemaError(
      "INVALID_ARGUMENT",
      `SchemaVersion date must be ISO YYYY-MM-DD (got: ${show(date)})`,
      { details: { date } },
    );
  }
  return Object.freeze({ major, minor, date });
}

/** `0.1@2025-09-20`, as Parquet parts carry it. */
export function formatSchemaVersion(version: SchemaVersion): string {
  return `${version.major}.${version.minor}@${version.date}`;
}

/** @throws SchemaError `INVALID_ARGUMENT` when `text` is not `major.minor@date`. */
export function parseSchemaVersion(text: string): SchemaVersion {
  const match = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})@(\d{4}-\d{2}-\d{2})$/.exec(text);
  if (!match) {
    throw new SchemaError(
      "INVALID_ARGUMENT",
      `schema version must be "major.minor@YYYY-MM-DD" (got: ${show(text)})`,
      { details: { text } },
    );
  }
  return schemaVersion(Number(match[1]), Number(match[2]), match[3] as string);
}

/**
 * Whether this release reads data of `version`: same major, and a minor up to its own. A newer minor
 * is additive too, and is read with its unknown columns kept.
 */
export function isCompatible(version: SchemaVersion, current: SchemaVersion = SCHEMA_V): boolean {
  return version.major === current.major;
}

/** Whether `candidate` is the next minor, or the next major with minor 0. Dates are not compared. */
export function isSuccessorOf(candidate: SchemaVersion, current: SchemaVersion): boolean {
  return candidate.major === current.major
    ? candidate.minor === current.minor + 1
    : candidate.major === current.major + 1 && candidate.minor === 0;
}

/** @throws VersionMismatch `VERSION_MISMATCH` naming `what`, both versions and the remedy. */
export function checkCompatible(version: SchemaVersion, what: string): void {
  if (isCompatible(version)) return;
  throw new VersionMismatch(
    "VERSION_MISMATCH",
    `${what} has schema version ${formatSchemaVersion(version)}, this release reads major ${SCHEMA_V.major}: use a release of crv for major ${version.major}`,
    { details: { what, found: version, supported: SCHEMA_V } },
  );
}

function checkPart(name: "major" | "minor", value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new SchemaError(
    "INVALID_ARGUMENT",
    `SchemaVersion ${name} must be non-negative and whole (got: ${show(value)})`,
    { details: { [name]: value } },
  );
}

function isIsoDate(text: unknown): text is string {
  if (typeof text !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

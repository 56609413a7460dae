/**
 * The error family: one base class, stable codes, and for each code what the caller should do.
 *
 * Codes are stable across releases, messages are not. Every message names the thing, the value and
 * the remedy; every fact in it is also a typed field of `details`, so no caller parses text.
 * Each code has a section in docs/errors.md.
 */
import type { ConstraintViolation } from "./constraint-violation.js";
import type { MergeConflict } from "./merge-conflict.js";
import type { Conflict, OperationRef } from "./outcome.js";

/** What the caller should do about an error. */
export type ErrorAction = "retry" | "refresh" | "fix-input" | "repair" | "stop";

/** Every code with its action. */
export const ERROR_ACTIONS = {
  /** The call was cancelled through its AbortSignal. */
  ABORTED: "stop",
  /** What should be created exists already. */
  ALREADY_EXISTS: "fix-input",
  /** The resource was closed before this call. */
  CLOSED: "fix-input",
  /** Another commit came first; nothing of this one is visible. */
  CONFLICT: "refresh",
  /** The commit would have produced rows that break a constraint of a table. */
  CONSTRAINT_VIOLATED: "fix-input",
  /** Stored bytes are not what was written: torn, truncated, flipped or forged. */
  CORRUPT: "repair",
  /** Decoding a part did not end within its deadline. */
  DEADLINE_EXCEEDED: "retry",
  /** The table exists with another descriptor. */
  DESCRIPTOR_MISMATCH: "fix-input",
  /** A handle that this store did not make. */
  FOREIGN_HANDLE: "fix-input",
  /** The format version on disk is not one that this release reads. */
  FORMAT_UNSUPPORTED: "stop",
  /** A run that should be removed is open for writing. */
  /** An argument of the wrong kind or out of range. */
  INVALID_ARGUMENT: "fix-input",
  /** A setting of the wrong kind or out of range. */
  INVALID_CONFIG: "fix-input",
  /** A table descriptor that breaks a rule. */
  INVALID_DESCRIPTOR: "fix-input",
  /** A filter or `where` that names what does not exist or cannot be compared. */
  INVALID_FILTER: "fix-input",
  /** An id or name that breaks its grammar. */
  INVALID_NAME: "fix-input",
  /** A row that breaks a rule of its table's model. */
  INVALID_ROW: "fix-input",
  /** A tick that is negative, fractional, not finite or too large. */
  INVALID_TICK: "fix-input",
  /** A value that its column cannot hold without loss. */
  INVALID_VALUE: "fix-input",
  /** Somebody has the run open. */
  IN_USE: "retry",
  /** The store reported an error that is none of the others. */
  IO: "retry",
  /** A hard bound of docs/format/limits.md was exceeded. */
  LIMIT_EXCEEDED: "fix-input",
  /** Two branches changed the same thing differently; nothing was merged. */
  MERGE_CONFLICTS: "fix-input",
  /** A required column is absent from the input. */
  MISSING_COLUMN: "fix-input",
  /** An optional package that is not installed, or does not load. */
  MISSING_PACKAGE: "stop",
  /** What should be read does not exist. */
  NOT_FOUND: "fix-input",
  /** A required column holds a null. */
  NULL_VALUE: "fix-input",
  /** The run was opened for reading only. */
  READ_ONLY: "fix-input",
  /** A recorder holds as many bytes of rows as it may; the row was not taken. */
  RECORDER_FULL: "retry",
  /** A recovery record contradicts the log; nothing was changed. */
  RECOVERY_BLOCKED: "repair",
  /** The input has a column that the table does not have. */
  UNEXPECTED_COLUMN: "fix-input",
  /** The store did not answer; the commit may or may not have landed. */
  UNKNOWN_OUTCOME: "retry",
  /** No table of that name in this run, and none was described. */
  UNKNOWN_TABLE: "fix-input",
  /** A word that is not in its closed vocabulary. */
  UNKNOWN_VALUE: "fix-input",
  /** An int64 beyond 2^53-1 was asked for as a number. */
  UNSAFE_INTEGER: "fix-input",
  /** The file system lacks what durable commits need. */
  UNSUPPORTED_FILESYSTEM: "stop",
  /** The schema version of the data is not one that this release reads. */
  VERSION_MISMATCH: "stop",
  /** Staging failed; nothing is visible. */
  WRITE_FAILED: "retry",
} as const satisfies Record<string, ErrorAction>;

export type ErrorCode = keyof typeof ERROR_ACTIONS;

/** The facts of one error: ids, names, values, numbers. JSON-safe but for bigint. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

export interface ErrorOptionsWithDetails {
  readonly details?: ErrorDetails;
  readonly cause?: unknown;
}

/** Base of every error that crv throws on purpose. */
export class CrvError extends Error {
  override readonly name: string = "CrvError";
  /** Stable; see docs/errors.md. */
  readonly code: ErrorCode;
  /** What the caller should do. */
  readonly action: ErrorAction;
  /** The facts that the message states. */
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: ErrorOptionsWithDetails = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.action = ERROR_ACTIONS[code];
    this.details = options.details ?? {};
  }
}

/** Shape, cross-field and range rules of descriptors and row models. */
export class SchemaError extends CrvError {
  override readonly name = "SchemaError";
}

/** Naming rules and closed vocabularies. */
export class GrammarError extends CrvError {
  override readonly name = "GrammarError";
}

/** Data of a schema or format version that this release does not read. */
export class VersionMismatch extends CrvError {
  override readonly name = "VersionMismatch";
}

/** Base of the errors of reading and writing runs. */
export class IoError extends CrvError {
  override readonly name: string = "IoError";
}

/** A setting that is wrong. */
export class IoConfigError extends IoError {
  override readonly name = "IoConfigError";
}

/** Input or a request that does not fit its table. */
export class IoSchemaError extends IoError {
  override readonly name = "IoSchemaError";
}

/** A write that failed; nothing of it is visible. */
export class IoWriteError extends IoError {
  override readonly name = "IoWriteError";
}

/** Run metadata (records, checkpoints, sidecars, views) that is missing or damaged. */
export class IoManifestError extends IoError {
  override readonly name = "IoManifestError";
}

/** Another commit came first. Carries the conflict as a value. */
export class ConflictError extends IoError {
  override readonly name = "ConflictError";
  readonly conflict: Conflict;

  constructor(message: string, conflict: Conflict) {
    super("CONFLICT", message, { details: { conflict } });
    this.conflict = conflict;
  }
}

/** The commit would break a constraint; nothing of it is visible. Carries the violation as a value. */
export class ConstraintError extends IoError {
  override readonly name = "ConstraintError";
  readonly violation: ConstraintViolation;

  constructor(message: string, violation: ConstraintViolation) {
    super("CONSTRAINT_VIOLATED", message, { details: { ...violation } });
    this.violation = violation;
  }
}

/** Two branches cannot be merged as they are; nothing changed. Carries the conflicts as values. */
export class MergeConflictError extends IoError {
  override readonly name = "MergeConflictError";
  /** At most {@link MERGE_CONFLICTS_MAX}. */
  readonly conflicts: readonly MergeConflict[];
  readonly conflictCount: number;

  constructor(
    message: string,
    conflicts: readonly MergeConflict[],
    conflictCount: number,
    cause?: unknown,
  ) {
    const details = { conflicts, conflictCount };
    super("MERGE_CONFLICTS", message, cause === undefined ? { details } : { details, cause });
    this.conflicts = conflicts;
    this.conflictCount = conflictCount;
  }
}

/** The store did not say whether the commit landed. `run.resolve(error.operation)` settles it. */
export class UnknownOutcomeError extends IoError {
  override readonly name = "UnknownOutcomeError";
  readonly operation: OperationRef;

  constructor(message: string, operation: OperationRef, cause: unknown) {
    super("UNKNOWN_OUTCOME", message, { details: { operation }, cause });
    this.operation = operation;
  }
}

const SHOWN_CHARS_MAX = 80;

/** A value as it stands in an error message: quoted, on one line, at most 80 characters. */
export function show(value: unknown): string {
  const text =
    typeof value === "bigint"
      ? `${value}n`
      : typeof value === "string"
        ? JSON.stringify(value)
        : value instanceof Date
          ? `Date(${Number.isNaN(value.getTime()) ? "invalid" : value.toISOString()})`
          : typeof value === "object" && value !== null
            ? showObject(value)
            : String(value).replace(/\s+/g, " "); // of a function, its source
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX - 1)}…`;
}

function showObject(value: object): string {
  try {
    return JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? `${v}n` : v)) ?? "?";
  } catch {
    return Object.prototype.toString.call(value);
  }
}

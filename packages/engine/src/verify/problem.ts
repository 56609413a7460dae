/** What verification finds: problems of files, as data. Source: docs/verify.md. */
import {
  type ArtifactName,
  CrvError,
  type ObjectKey,
  type TableKey,
  type Version,
} from "@crv/core";

/** What a file is. */
export type FileKind =
  | "record"
  | "floor"
  | "checkpoint"
  | "segment"
  | "part"
  | "key-filter"
  | "member"
  | "view"
  | "sidecar"
  | "lease"
  | "hint"
  | "info"
  | "session"
  | "foreign";

/**
 * What is wrong with it.
 *
 *   missing       something names it, and it is not there
 *   size          it has another size than what names it says
 *   changed       its bytes are not those that were written
 *   unreadable    its bytes are those that were written, and cannot be decoded
 *   contradicts   sound by itself, but not what the rest of the run says
 *   misnamed      its name is a malformed one of our own kind
 */
export type ProblemKind =
  | "missing"
  | "size"
  | "changed"
  | "unreadable"
  | "contradicts"
  | "misnamed";

export interface VerifyProblem {
  readonly file: FileKind;
  readonly kind: ProblemKind;
  /** Relative to the run. */
  readonly path: ObjectKey;
  /** For people. */
  readonly detail: string;
  /** Of a record, floor or checkpoint; of a part or member the version whose state names it. */
  readonly version?: Version;
  readonly table?: TableKey;
  /** Whose member it is. */
  readonly artifact?: ArtifactName;
  /** Of a part: rows that cannot be trusted. */
  readonly rows?: number;
}

/** What is wrong, whatever file it is. */
export type Fault = Pick<VerifyProblem, "kind" | "detail">;

/**
 * The damage that an error of reading tells of; any other error is thrown on: the store failed, the
 * release is too old, or the caller cancelled.
 */
export function damageOf(error: unknown): Fault {
  if (!(error instanceof CrvError)) throw error;
  const detail = String(error.details.why ?? error.details.reason ?? error.message);
  switch (error.code) {
    case "NOT_FOUND":
      return { kind: "missing", detail: "it is not there" };
    case "CORRUPT":
      if ("sizeBytes" in error.details) return { kind: "size", detail: firstClause(error) };
      if ("digest" in error.details) return { kind: "changed", detail: firstClause(error) };
      return { kind: "changed", detail };
    case "LIMIT_EXCEEDED":
      return { kind: "unreadable", detail };
    default:
      throw error;
  }
}

/** What happened, without the remedy: that is told once, for all. */
function firstClause({ message }: CrvError): string {
  return message.split(";")[0] as string;
}

/**
 * Checks of ids. All become parts of file names, so none may leave its directory or hide in it.
 *
 * run id, names of branches and tags: letters, digits, `.`, `_`, `-`; not only dots; no leading or trailing dot;
 * no device name of Windows; at most 128 characters. Branches and tags begin with a letter. Operation,
 * commit, branch, session and lease ids are ULIDs.
 */
import { decodeTime, isValid } from "ulid";
import { GrammarError, show } from "./errors.js";
import type {
  BranchId,
  BranchName,
  CommitId,
  OperationId,
  RunId,
  SessionId,
  TableKey,
  TagName,
} from "./id-types.js";
import { NAME_CHARS_MAX } from "./limits.js";
import { isLowerSnake } from "./naming.js";

export const MAIN_BRANCH = "main" as BranchName;

const NAME = /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/;
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;
const RESERVED = "it is a reserved device name; choose another";

/** @throws GrammarError `INVALID_NAME` naming the id, the value and the rule. */
export function parseRunId(value: unknown): RunId {
  return checkName(value, "run id") as RunId;
}

/** @throws GrammarError `INVALID_NAME`. */
export function parseBranchName(value: unknown): BranchName {
  return checkLetterFirst(value, "branch name") as BranchName;
}

/** @throws GrammarError `INVALID_NAME`. */
export function parseTagName(value: unknown): TagName {
  return checkLetterFirst(value, "tag name") as TagName;
}

/** @throws GrammarError `INVALID_NAME`. */
export function parseBranchId(value: unknown): BranchId {
  return checkUlid(value, "branch id") as BranchId;
}

/** @throws GrammarError `INVALID_NAME`. */
export function parseTableKey(value: unknown): TableKey {
  const what = "table name";
  if (isLowerSnake(value) && value.length <= NAME_CHARS_MAX) {
    if (!DEVICE.test(value)) return value as TableKey;
    throw invalid(what, value, RESERVED);
  }
  throw invalid(
    what,
    value,
    `use lower_snake: a-z, 0-9 and single underscores, at most ${NAME_CHARS_MAX} characters`,
  );
}

/** @throws GrammarError `INVALID_NAME`. */
export function parseOperationId(value: unknown): OperationId {
  return checkUlid(value, "operation id") as OperationId;
}

/** @throws GrammarError `INVALID_NAME`. */
export function parseCommitId(value: unknown): CommitId {
  return checkUlid(value, "commit id") as CommitId;
}

/** @throws GrammarError `INVALID_NAME`. */
export function parseSessionId(value: unknown): SessionId {
  return checkUlid(value, "session id") as SessionId;
}

function checkName(value: unknown, what: string): string {
  if (typeof value === "string" && value.length <= NAME_CHARS_MAX && NAME.test(value)) {
    if (!DEVICE.test(value)) return value;
    throw invalid(what, value, RESERVED);
  }
  throw invalid(
    what,
    value,
    `use letters, digits, ".", "_" and "-", not at the ends a dot, at most ${NAME_CHARS_MAX} characters`,
  );
}

/** So that it is no version number, no time and no ULID: those begin with a digit. */
function checkLetterFirst(value: unknown, what: string): string {
  const name = checkName(value, what);
  if (/^[A-Za-z]/.test(name)) return name;
  throw invalid(what, value, "begin with a letter");
}

function checkUlid(value: unknown, what: string): string {
  if (typeof value === "string" && value === value.toUpperCase() && isValid(value)) return value;
  throw invalid(what, value, "it must be a ULID: 26 characters of Crockford's base 32");
}

function invalid(what: string, value: unknown, remedy: string): GrammarError {
  return new GrammarError("INVALID_NAME", `invalid ${what} ${show(value)}: ${remedy}`, {
    details: { what, value },
  });
}

/** When the id was minted, by the clock of whoever minted it. */
export function operationTime(id: OperationId): Date {
  return new Date(decodeTime(id));
}

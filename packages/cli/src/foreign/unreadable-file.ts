/** A file that is not what its format says: what that means, and the words of whoever found it. */
import { CrvError } from "crv";

/** Of a library that knows the format and lacks a part of it: the file may be sound. */
const LACKING = /unsupported|not supported|not implemented|codec not found/i;

export interface Unreadable {
  readonly path: string;
  /** `Parquet` */
  readonly format: string;
  /** Such as `column "x"`; default: the file. */
  readonly what?: string;
  /** Where the file may be sound; default: to write it with other settings. */
  readonly remedy?: string;
}

/** @returns CrvError `INVALID_ARGUMENT`. */
export function unreadableFile(
  { path, format, what, remedy = "write it with other settings" }: Unreadable,
  cause: unknown,
): CrvError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const file = JSON.stringify(path);
  const why = LACKING.test(reason)
    ? `it uses what this release cannot read, or is damaged (${reason}); ${remedy}`
    : `it is damaged, was cut short, or is of another format (${reason}); write or copy it again, or say its format with --format`;
  const place = what === undefined ? file : `${what} of ${file}`;
  return new CrvError("INVALID_ARGUMENT", `cannot read ${place} as ${format}: ${why}`, { cause });
}

/** @returns CrvError `INVALID_ARGUMENT`. */
export function emptyFile(path: string, format: string): CrvError {
  return new CrvError(
    "INVALID_ARGUMENT",
    `cannot read ${JSON.stringify(path)} as ${format}: it is empty, without even a schema; write it again`,
  );
}

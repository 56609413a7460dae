/** The errors of reading and encoding parts; all name the part. */
import { IoError, IoWriteError, type ObjectKey } from "@crv/core";

/** The bytes of the part, or what they decode to, are not what was written. */
export function corruptPart(key: ObjectKey, reason: string, cause?: unknown): IoError {
  return new IoError(
    "CORRUPT",
    `${key} cannot be read: ${reason}; restore the file from a backup, "crv verify" lists all that is damaged`,
    {
      details: { key, reason },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** A hard bound of the format or of the decoder. */
export function partTooLarge(key: ObjectKey, reason: string): IoError {
  return new IoError("LIMIT_EXCEEDED", `${key} cannot be read: ${reason}`, {
    details: { key, reason },
  });
}

export function readAborted(key: ObjectKey, cause: unknown): IoError {
  return new IoError("ABORTED", `reading ${key} was cancelled`, { details: { key }, cause });
}

/** The encoder failed, or the thread that it ran in ended. */
export function notEncoded(key: ObjectKey, cause: unknown): IoWriteError {
  return new IoWriteError(
    "WRITE_FAILED",
    `the rows of ${key} could not be encoded (${messageOf(cause)}): nothing was committed; try again, with fewer rows at a time`,
    { details: { key }, cause },
  );
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

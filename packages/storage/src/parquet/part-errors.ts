/** The errors of reading parts; all name the part. */
import { IoError, type ObjectKey } from "@crv/core";

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

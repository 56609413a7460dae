/** The error of a recovery that found a contradiction and changed nothing. */
import { IoManifestError, type ObjectKey } from "@crv/core";

export function blocked(key: ObjectKey, why: string): IoManifestError {
  return new IoManifestError(
    "RECOVERY_BLOCKED",
    `recovery stops at ${key}: ${why}. Nothing was changed; inspect it with "crv show <run> --recovery"`,
    { details: { key, why } },
  );
}

import { IoError, type ObjectKey } from "@crv/core";

/** The error of `InlineCommitResidual.setAside` when something else is under the name. */
export function quarantineTaken(as: ObjectKey): IoError {
  return new IoError(
    "ALREADY_EXISTS",
    `${as} exists: nothing was set aside; repair the run again`,
    { details: { key: as } },
  );
}

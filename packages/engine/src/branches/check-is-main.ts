/** What is done to a run as a whole is done on main, which has the floor and the names. */
import { IoError, show } from "@crv/core";
import type { ReaderContext } from "../engine-context.js";

/** @throws IoError `INVALID_ARGUMENT`. */
export function checkIsMain({ branch }: Pick<ReaderContext, "branch">): void {
  if (branch.id === undefined) return;
  throw new IoError(
    "INVALID_ARGUMENT",
    `only main is trimmed and cleaned up, and only its versions are held: open the run without branch ${show(branch.name)}`,
    { details: { branch: branch.name } },
  );
}

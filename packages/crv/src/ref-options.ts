/** Options of what makes or deletes a branch or tag. */
import type { CommitText } from "@crv/storage-trait";
import { checkKeys } from "./check-options.js";
import type { VersionTarget } from "./run-target.js";

/** Who commits, and why, as `crv log` shows it. */
export interface RefOptions {
  /** At most 256 characters. */
  readonly actor?: string;
  /** At most 4096 characters. */
  readonly message?: string;
}

export interface CreateRefOptions extends RefOptions {
  /** Default: the newest version of the branch that the run is open on. */
  readonly at?: VersionTarget;
}

/** @throws IoError `INVALID_ARGUMENT`. */
export function checkRefOptions(
  what: string,
  options: CreateRefOptions,
  allowed: readonly (keyof CreateRefOptions)[],
): CommitText {
  checkKeys(what, options, allowed);
  const { actor, message } = options;
  return { ...(actor !== undefined && { actor }), ...(message !== undefined && { message }) };
}

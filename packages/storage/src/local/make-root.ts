/** Directories above a run: the root of the store and what leads to it. */
import { dirname } from "node:path";
import { IoError } from "@crv/core";
import type { Durability } from "@crv/storage-trait/object-store";
import { attempt, fileError, hasErrno } from "./file-error.js";
import { type FileSystem, statusIfPresent } from "./file-system.js";
import type { Syncer } from "./syncer.js";

/**
 * Makes `path` and what is missing above it, from the top. At `full` a directory's own entry is
 * durable before anything is made in it; what exists may have been made by a process that did not
 * come to sync it.
 *
 * @throws IoError `IO`.
 */
export async function makeRoot(
  fs: FileSystem,
  syncer: Syncer,
  path: string,
  durability: Durability,
): Promise<void> {
  const parent = dirname(path);
  const sync = async (): Promise<void> => {
    if (durability === "full" && parent !== path) await syncer.syncDirectory(parent);
  };
  // A file in the place of a directory is found when the root is opened.
  if ((await attempt("look at", path, () => statusIfPresent(fs, path))) !== undefined) {
    return sync().catch(ifForbidden);
  }
  await makeRoot(fs, syncer, parent, durability);
  try {
    await fs.mkdir(path);
  } catch (error) {
    // Another process was faster.
    if (!hasErrno(error, "EEXIST")) throw fileError(error, "make", path);
  }
  await sync();
}

/** The directory above the root may be another user's: then it was not made just now. */
function ifForbidden(error: unknown): void {
  const isForbidden = error instanceof IoError && hasErrno(error.cause, "EACCES", "EPERM");
  if (!isForbidden) throw error;
}

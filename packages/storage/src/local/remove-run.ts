/**
 * Removing a run: its directory gets a name that is no run id, by one rename, and goes from there. So
 * nobody ever sees half a run. Source: docs/format/layout.md, "Removed runs".
 */
import { join } from "node:path";
import { IoError, RUNS_DIRECTORY, type RunId } from "@crv/core";
import { attempt, isAbsence } from "./file-error.js";
import { type FileSystem, nodeFileSystem } from "./file-system.js";
import { Syncer } from "./syncer.js";

/** A run id does not begin with a dot. */
const REMOVED_PREFIX = ".removed-";

export interface RemovalContext {
  readonly root: string;
  /** Mints a ULID. */
  newId(): string;
  readonly fileSystem?: FileSystem;
}

/** The contract is that of `StoreRoot.removeRun`. */
export async function removeRun(
  { root, newId, fileSystem: fs = nodeFileSystem }: RemovalContext,
  runId: RunId,
  check: (path: string) => Promise<void>,
): Promise<void> {
  const runs = join(root, RUNS_DIRECTORY);
  const path = join(runs, runId);
  const removed = join(runs, `${REMOVED_PREFIX}${newId()}`);
  try {
    await fs.rename(path, removed);
  } catch (error) {
    if (!isAbsence(error)) await attempt("remove", path, () => Promise.reject(error));
    throw new IoError("NOT_FOUND", `there is no run ${runId} in ${root}: was it removed before?`, {
      details: { runId, root },
    });
  }
  try {
    await check(removed);
  } catch (error) {
    await attempt("put back", path, () => fs.rename(removed, path));
    throw error;
  }
  await new Syncer(fs).syncDirectory(runs);
  await removeRests(fs, runs);
}

async function removeRests(fs: FileSystem, runs: string): Promise<void> {
  for (const { name } of await attempt("list", runs, () => fs.entries(runs))) {
    const path = join(runs, name);
    if (name.startsWith(REMOVED_PREFIX)) await attempt("remove", path, () => fs.removeTree(path));
  }
}

/** Opens the directory of one run, for writing or for reading only. */
import { resolve } from "node:path";
import { type Clock, IoError, type Random, STAGING_DIRECTORY } from "@crv/core";
import type { Durability, ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import type { InlineCommitResidual } from "@crv/storage-trait/residual";
import { Directories } from "./directories.js";
import { DirectoryReader } from "./directory-reader.js";
import { DirectoryStore } from "./directory-store.js";
import { attempt, fileError, isAbsence } from "./file-error.js";
import { type FileSystem, nodeFileSystem } from "./file-system.js";
import { makeRoot } from "./make-root.js";
import { probeFileSystem } from "./probe.js";
import { Staging } from "./staging.js";
import { Syncer } from "./syncer.js";
import { Turns } from "./turns.js";

export interface DirectoryReaderOptions {
  readonly path: string;
  /** Default: that of this machine. */
  readonly fileSystem?: FileSystem;
}

export interface DirectoryStoreOptions extends DirectoryReaderOptions {
  /** Whether an absent directory is made; if not, it is `NOT_FOUND`. */
  readonly create: boolean;
  readonly random: Random;
  readonly clock: Clock;
  /**
   * `process` also spares the syncs of directories at open and of replacements: for runs whose every
   * create is at `process`. Default `full`.
   */
  readonly durability?: Durability;
}

/**
 * Opens a run for writing: probes its file system and sweeps what crashes left in its staging
 * directory.
 *
 * @throws IoError `NOT_FOUND`; `READ_ONLY` when it cannot be written; `UNSUPPORTED_FILESYSTEM`; `IO`.
 */
export async function openDirectoryStore(
  options: DirectoryStoreOptions,
): Promise<ObjectStore & InlineCommitResidual> {
  const {
    path,
    create,
    random,
    clock,
    durability = "full",
    fileSystem: fs = nodeFileSystem,
  } = options;
  const syncer = new Syncer(fs);
  try {
    if (!create) await findRoot(fs, path);
    await makeRoot(fs, syncer, resolve(path), durability);
    const directories = new Directories(fs, await findRoot(fs, path), syncer);
    const staging = new Staging({ fs, directories, random, clock });
    await staging.prepare();
    await probeFileSystem({
      fs,
      directory: directories.path(STAGING_DIRECTORY),
      newPath: () => staging.newPath(),
      isDurable: durability === "full",
    });
    await staging.sweep();
    const reader = new DirectoryReader(fs, directories);
    const turns = new Turns({ fs, staging, clock, random });
    const parts = { fs, directories, syncer, reader, staging, turns, clock, durability };
    return new DirectoryStore(parts);
  } catch (error) {
    throw asReadOnly(error, path);
  }
}

/**
 * Opens a run for reading. Nothing is made, probed or swept.
 *
 * @throws IoError `NOT_FOUND`; `IO`.
 */
export async function openDirectoryReader({
  path,
  fileSystem: fs = nodeFileSystem,
}: DirectoryReaderOptions): Promise<ObjectReader> {
  const root = await findRoot(fs, path);
  return new DirectoryReader(fs, new Directories(fs, root, new Syncer(fs)));
}

/** The directory without symbolic links: what is below it is checked against leaving it. */
async function findRoot(fs: FileSystem, path: string): Promise<string> {
  let root: string;
  try {
    root = await fs.realPath(path);
  } catch (error) {
    if (!isAbsence(error)) throw fileError(error, "open", path);
    throw new IoError("NOT_FOUND", `there is no directory ${path}: check the path, or create it`, {
      details: { path },
      cause: error,
    });
  }
  const { kind } = await attempt("look at", root, () => fs.status(root));
  if (kind === "directory") return root;
  throw new IoError("IO", `${root} is not a directory: check the path`, {
    details: { path: root },
  });
}

function asReadOnly(error: unknown, path: string): unknown {
  if (!(error instanceof IoError) || error.code !== "IO") return error;
  const { errno } = error.details;
  if (errno !== "EROFS" && errno !== "EACCES" && errno !== "EPERM") return error;
  return new IoError(
    "READ_ONLY",
    `${path} cannot be written (${errno}): open it with readOnly, or check its owner and mode`,
    { details: { path, errno }, cause: error },
  );
}

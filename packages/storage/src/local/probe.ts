/**
 * Asks a file system for what commits stand on, each time a run is opened for writing: on a file
 * system that only pretends, the damage would show long after it was done.
 */
import { type CrvError, IoError } from "@crv/core";
import { attempt, fileError, hasErrno } from "./file-error.js";
import type { FileSystem } from "./file-system.js";

const NOT_OFFERED = ["EINVAL", "EMLINK", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EPERM", "EISDIR"];

export interface ProbeOptions {
  readonly fs: FileSystem;
  /** The staging directory of the run. */
  readonly directory: string;
  /** Gives a path in it that nothing has. */
  newPath(): string;
  /** Whether directories must be synced. */
  readonly isDurable: boolean;
}

/**
 * Two files, two links and a rename, all removed again.
 *
 * @throws IoError `UNSUPPORTED_FILESYSTEM` naming what is missing. `IO` when the probe itself fails.
 */
export async function probeFileSystem(options: ProbeOptions): Promise<void> {
  const { fs, newPath, directory } = options;
  const [first, second, third] = [newPath(), newPath(), newPath()];
  try {
    const identity = await makeFile(fs, first);
    await requireOffered(directory, "hard links", "link", () => fs.link(first, second));
    // After a lost reply this is what tells one's own link from another's.
    await requireIdentity(options, second, identity, "one identity for all names of a file");
    await requireCreateOnly(options, first, second);
    const other = await makeFile(fs, third);
    await attempt("rename", third, () => fs.rename(third, second));
    await requireIdentity(options, second, other, "renames that replace");
    if (options.isDurable) await requireSync(options);
  } finally {
    for (const path of [first, second, third]) await fs.unlink(path).catch(() => {});
  }
}

async function makeFile(fs: FileSystem, path: string): Promise<string> {
  const file = await attempt("create", path, () => fs.open(path, "create"));
  try {
    return (await attempt("look at", path, () => file.status())).identity;
  } finally {
    await file.close().catch(() => {});
  }
}

async function requireIdentity(
  { fs, directory }: ProbeOptions,
  path: string,
  identity: string,
  semantic: string,
): Promise<void> {
  const found = await attempt("look at", path, () => fs.status(path));
  if (found.identity !== identity) throw unsupported(directory, semantic);
}

async function requireCreateOnly(
  { fs, directory }: ProbeOptions,
  from: string,
  taken: string,
): Promise<void> {
  try {
    await fs.link(from, taken);
  } catch (error) {
    if (hasErrno(error, "EEXIST")) return;
    throw fileError(error, "link", taken);
  }
  throw unsupported(directory, "links that fail when the name is taken");
}

async function requireSync({ fs, directory }: ProbeOptions): Promise<void> {
  await requireOffered(directory, "sync of directories", "sync", async () => {
    const opened = await fs.open(directory, "directory");
    try {
      await opened.sync();
    } finally {
      await opened.close().catch(() => {});
    }
  });
}

async function requireOffered(
  directory: string,
  semantic: string,
  what: string,
  call: () => Promise<void>,
): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (hasErrno(error, ...NOT_OFFERED)) throw unsupported(directory, semantic, error);
    throw fileError(error, what, directory);
  }
}

function unsupported(directory: string, missing: string, cause?: unknown): CrvError {
  return new IoError(
    "UNSUPPORTED_FILESYSTEM",
    `the file system of ${directory} lacks ${missing}, which durable commits need: use a local disk with ext4, XFS, Btrfs, ZFS, APFS or NTFS`,
    { details: { path: directory, missing }, cause },
  );
}

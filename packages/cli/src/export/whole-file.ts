/** Files that appear whole or not at all. */
import { open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CrvError } from "crv";

/**
 * Has `write` fill a file beside `path`, then puts it in its place. A write that fails or is cut off leaves `path`
 * as it was; one that is killed leaves a file whose name begins with a dot and ends with `.partial`.
 *
 * @returns The size in bytes.
 * @throws CrvError `INVALID_ARGUMENT` for a path that cannot be written to, `IO` when the file system fails;
 *   what `write` throws.
 */
export async function writeWhole(
  path: string,
  write: (partial: string) => Promise<void>,
): Promise<number> {
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
  try {
    await write(partial);
    await synced(partial);
    const { size } = await stat(partial);
    await rename(partial, path);
    return size;
  } catch (error) {
    await rm(partial, { force: true });
    throw isSystemError(error) ? unwritable(path, error) : error;
  }
}

/** The name must not survive a loss of power that its bytes do not. */
async function synced(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && !(error instanceof CrvError);
}

/** What another path would mend. */
const PATH_ERRORS = new Set([
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "EACCES",
  "EPERM",
  "EROFS",
  "ENAMETOOLONG",
]);

function unwritable(path: string, cause: NodeJS.ErrnoException): CrvError {
  const isPath = PATH_ERRORS.has(cause.code ?? "");
  return new CrvError(
    isPath ? "INVALID_ARGUMENT" : "IO",
    `cannot write ${JSON.stringify(path)}: ${cause.message}; ${isPath ? "name another file" : "it is as it was"}`,
    { cause },
  );
}

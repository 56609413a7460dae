/** Errors of the file system as errors of crv: which path, which call, and what to do. */
import { IoError } from "@crv/core";

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: "permission denied: check its owner and mode",
  EDQUOT: "the disk quota is used up: free space or raise the quota; what was committed is safe",
  EFBIG:
    "files of this size are not allowed here: raise the limit of this process (ulimit -f); what was committed is safe",
  EIO: "the device reported an error: check the disk; what was committed before is not affected",
  EMFILE: "this process has too many files open: raise its limit (ulimit -n)",
  ENFILE: "this machine has too many files open: raise its limit",
  ENOENT: "it, or a directory above it, is gone: was it removed by something else?",
  ENOSPC: "no space is left on the disk: free some; what was committed is safe",
  EPERM: "permission denied: check its owner and mode",
  EROFS: "the file system is read-only: mount it for writing, or open with readOnly",
  EXDEV: "it is on another file system than its run: a run must lie on one",
};

/** Whether `error` says that nothing is there. */
export function isAbsence(error: unknown): boolean {
  return hasErrno(error, "ENOENT", "ENOTDIR");
}

/** Whether `error` is one of the file system with one of these errnos. */
export function hasErrno(error: unknown, ...errnos: readonly string[]): boolean {
  const errno = errnoOf(error);
  return errno !== undefined && errnos.includes(errno);
}

export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/**
 * `error` of the call `what` on `path`, typed. Errors of crv pass through.
 *
 * A symbolic link is `CORRUPT`: crv makes none, and to follow one would leave the run.
 */
export function fileError(error: unknown, what: string, path: string): IoError {
  if (error instanceof IoError) return error;
  const errno = errnoOf(error);
  if (errno === "ELOOP") return linkError(path);
  const remedy = (errno && REMEDIES[errno]) ?? `the file system reported ${errno ?? String(error)}`;
  return new IoError("IO", `cannot ${what} ${path}: ${remedy}`, {
    details: { path, call: what, errno },
    cause: error,
  });
}

/** A symbolic link where crv keeps a file or directory of its own. */
export function linkError(path: string): IoError {
  return new IoError(
    "CORRUPT",
    `${path} is a symbolic link: crv makes none and follows none inside a run; replace it by what it points to`,
    { details: { path } },
  );
}

/** Runs a call on `path`. @throws IoError as {@link fileError} makes it. */
export async function attempt<T>(what: string, path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw fileError(error, what, path);
  }
}

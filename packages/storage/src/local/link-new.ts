/**
 * The one step by which an object comes to be: a hard link, which fails if the name is taken. Unlike
 * a rename it can never replace, and unlike a lock it cannot be forgotten.
 */
import { fileError, hasErrno } from "./file-error.js";
import { type FileSystem, statusIfPresent } from "./file-system.js";

export type LinkOutcome =
  | { readonly kind: "linked" }
  | { readonly kind: "exists" }
  | { readonly kind: "unknown"; readonly cause: unknown };

/** Errors after which the link provably does not exist, and never will. */
const REFUSALS = [
  "EACCES",
  "EDQUOT",
  "EINVAL",
  "EMLINK",
  "ENAMETOOLONG",
  "ENOENT",
  "ENOMEM",
  "ENOSPC",
  "ENOSYS",
  "ENOTDIR",
  "ENOTSUP",
  "EPERM",
  "EROFS",
  "EXDEV",
];

/**
 * Links `temporary` to `target`.
 *
 * Over a network the reply can be lost: the request is then sent again and answered with EEXIST, or
 * the error says nothing at all. Whether the two names are one file settles it.
 *
 * @throws IoError `IO` when the link was refused and provably had no effect.
 */
export async function linkNew(
  fs: FileSystem,
  temporary: string,
  target: string,
): Promise<LinkOutcome> {
  try {
    await fs.link(temporary, target);
    return { kind: "linked" };
  } catch (error) {
    const isOurs = await isSameFile(fs, temporary, target);
    if (isOurs) return { kind: "linked" };
    if (isOurs === false && hasErrno(error, "EEXIST")) return { kind: "exists" };
    const cause = fileError(error, "link", target);
    if (isOurs === false && hasErrno(error, ...REFUSALS)) throw cause;
    return { kind: "unknown", cause };
  }
}

/** Undefined when it cannot be told. */
async function isSameFile(
  fs: FileSystem,
  temporary: string,
  target: string,
): Promise<boolean | undefined> {
  try {
    const { identity } = await fs.status(temporary);
    return (await statusIfPresent(fs, target))?.identity === identity;
  } catch {
    return undefined;
  }
}

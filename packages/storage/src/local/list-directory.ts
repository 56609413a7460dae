/**
 * Objects below a directory in byte order of key, which is not the order of a plain walk: a
 * directory `b` stands where `b/` does, after the file `b-c`.
 */
import type { ObjectKey } from "@crv/core";
import { isStoredKey, type ObjectInfo } from "@crv/storage-trait/object-store";
import type { Directories } from "./directories.js";
import { fileError, isAbsence } from "./file-error.js";
import { type FileSystem, statusIfPresent } from "./file-system.js";

/** Statuses asked for at once: enough to keep the thread pool busy, few enough to be left early. */
const STATUSES_AT_ONCE = 32;

export interface ListSource {
  readonly fs: FileSystem;
  readonly directories: Directories;
}

/**
 * Skips what is no object: the staging directory, symbolic links, names that are no keys. What goes
 * while the walk is under way is left out.
 *
 * @param prefix "" or a directory of keys, ending in `/`.
 * @throws IoError `IO`; `CORRUPT` when the prefix itself leads through a symbolic link.
 */
export async function* listDirectory(
  source: ListSource,
  prefix: string,
  after: ObjectKey | undefined,
): AsyncGenerator<ObjectInfo> {
  if (!(await source.directories.exists(prefix.slice(0, -1)))) return;
  yield* walk(source, prefix, after ?? "");
}

async function* walk(
  source: ListSource,
  prefix: string,
  after: string,
): AsyncGenerator<ObjectInfo> {
  const names = await readEntries(source, prefix, after);
  for (let next = 0; next < names.length; ) {
    const name = names[next] as string;
    if (name.endsWith("/")) {
      yield* walk(source, name, after);
      next += 1;
    } else {
      const keys = filesFrom(names, next);
      const found = await Promise.all(keys.map((key) => describe(source, key)));
      yield* found.filter((info) => info !== undefined);
      next += keys.length;
    }
  }
}

/** Keys of files, and prefixes of directories, that hold keys after `after`; sorted. */
async function readEntries(
  { fs, directories }: ListSource,
  prefix: string,
  after: string,
): Promise<readonly string[]> {
  const names: string[] = [];
  const path = directories.path(prefix);
  try {
    for (const { name, kind } of await fs.entries(path)) {
      const key = `${prefix}${name}`;
      if (!isStoredKey(key)) continue;
      if (kind === "file" && key > after) names.push(key);
      // All keys below share this prefix, so one comparison decides, unless `after` has it too.
      const below = `${key}/`;
      if (kind === "directory" && (below > after || after.startsWith(below))) names.push(below);
    }
  } catch (error) {
    if (!isAbsence(error)) throw fileError(error, "list", path);
  }
  // Keys are ASCII, whose order in JavaScript is that of their bytes.
  return names.sort();
}

/** The files from `start` on, up to the next directory, a handful at most. */
function filesFrom(names: readonly string[], start: number): readonly ObjectKey[] {
  const few = names.slice(start, start + STATUSES_AT_ONCE);
  const end = few.findIndex((name) => name.endsWith("/"));
  return few.slice(0, end === -1 ? few.length : end) as unknown as readonly ObjectKey[];
}

async function describe(
  { fs, directories }: ListSource,
  key: ObjectKey,
): Promise<ObjectInfo | undefined> {
  const path = directories.path(key);
  try {
    const found = await statusIfPresent(fs, path);
    if (found?.kind !== "file") return undefined;
    const { sizeBytes, modifiedAt, identity } = found;
    return { key, sizeBytes, modifiedAt, identity };
  } catch (error) {
    throw fileError(error, "look at", path);
  }
}

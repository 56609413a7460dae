/** What lies on the disk, seen without crv. */
import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** Everything below `directory`, files and directories, each with what a write would change. */
export async function listTree(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory, { recursive: true })).sort();
  return Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs, ino } = await stat(join(directory, name));
      return `${name} ${size} ${mtimeMs} ${ino}`;
    }),
  );
}

/**
 * Files below `directory`, by path with slashes; of one that does not exist, none. Without the notes of
 * open sessions, which come and go with their process.
 */
export async function listFiles(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !/(^|\/)_sessions\//.test(path))
    .sort();
}

/** Parts of a run, as the run's records would name them. */
export async function listParts(runPath: string): Promise<readonly string[]> {
  return (await listFiles(runPath)).filter((path) => path.endsWith(".parquet"));
}

/** Sidecars: what writers that are at work, or died, have left. */
export async function listSidecars(runPath: string): Promise<readonly string[]> {
  return listFiles(join(runPath, "_recovery"));
}

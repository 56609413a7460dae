/** Told of changes of a directory by the operating system, where it tells. */
import { watch } from "node:fs";

/**
 * Calls `onChange` when something in the directory `path` may have changed: perhaps more often, and on
 * some file systems never. So whoever waits must also look from time to time. Does not keep the process
 * alive.
 *
 * @returns What ends it; undefined when the directory cannot be watched, as one that does not exist.
 */
export function watchDirectory(path: string, onChange: () => void): (() => void) | undefined {
  try {
    const watcher = watch(path, { persistent: false }, onChange);
    // As when the directory goes, or the system has no more watches: looking goes on without.
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  } catch {
    return undefined;
  }
}

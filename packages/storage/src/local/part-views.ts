/**
 * Views of parts: the same file under a fixed name, where file systems have links, else a copy of it.
 *
 *   show      link under a temporary name, rename over the view, sync directory
 *   remove    unlink, then the directories that are empty; not synced
 */
import { type Clock, IoError, type ObjectKey } from "@crv/core";
import type { Durability, ObjectReader } from "@crv/storage-trait/object-store";
import { retryBusy } from "./busy-retry.js";
import { type Directories, directoryOf } from "./directories.js";
import { fileError, hasErrno, isAbsence } from "./file-error.js";
import { type FileStatus, type FileSystem, statusIfPresent } from "./file-system.js";
import type { Staging } from "./staging.js";
import type { Syncer } from "./syncer.js";

export interface PartViewsParts {
  readonly fs: FileSystem;
  readonly directories: Directories;
  readonly syncer: Syncer;
  readonly reader: ObjectReader;
  readonly staging: Staging;
  readonly clock: Clock;
  readonly durability: Durability;
}

/** The file system has no links, or no more of this file. */
const NO_LINK = ["EMLINK", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EPERM", "EXDEV"];
/** What stands under the name, or above it, is of the wrong kind. */
const BLOCKED = ["EISDIR", "ENOTDIR", "EEXIST", "ENOTEMPTY"];

const COPY_BYTES = 4 * 1024 * 1024;

export class PartViews {
  readonly #parts: PartViewsParts;

  constructor(parts: PartViewsParts) {
    this.#parts = parts;
  }

  async show(view: ObjectKey, part: ObjectKey, how: "link" | "copy"): Promise<"shown" | "blocked"> {
    const { fs, directories, syncer, durability } = this.#parts;
    const source = await statusIfPresent(fs, directories.path(part));
    if (source === undefined) {
      throw new IoError("NOT_FOUND", `there is no part ${part}: it was removed from the run`, {
        details: { key: part },
      });
    }
    if (await this.#isBlocked(view)) return "blocked";
    // A rename over another name of the same file does nothing, and leaves the temporary.
    if ((await this.#statusOf(view))?.identity === source.identity) return "shown";
    await directories.prepare(directoryOf(view), durability);
    const temporary = await this.#stage(part, source, how);
    const target = directories.path(view);
    try {
      await retryBusy(this.#parts.clock, () => fs.rename(temporary, target));
    } catch (error) {
      if (hasErrno(error, "ENOENT")) directories.forget();
      if (hasErrno(error, ...BLOCKED)) return "blocked";
      throw fileError(error, "replace", target);
    } finally {
      await this.#parts.staging.discard(temporary);
    }
    if (durability === "full") await syncer.syncDirectory(directories.path(directoryOf(view)));
    return "shown";
  }

  async remove(views: readonly ObjectKey[]): Promise<void> {
    const { fs, directories, clock } = this.#parts;
    const emptied = new Set<string>();
    for (const view of views) {
      if (!(await directories.exists(directoryOf(view)))) continue;
      const path = directories.path(view);
      try {
        await retryBusy(clock, () => fs.unlink(path));
      } catch (error) {
        if (!isAbsence(error)) throw fileError(error, "remove", path);
      }
      for (let at = directoryOf(view); at !== ""; at = directoryOf(at)) emptied.add(at);
    }
    // The innermost first. One that is not empty stays, and those above it.
    for (const directory of [...emptied].sort((a, b) => b.length - a.length)) {
      const gone = await fs.rmdir(directories.path(directory)).then(
        () => true,
        () => false,
      );
      if (gone) directories.forget();
    }
  }

  /** A temporary that is the part, or has its bytes. */
  async #stage(part: ObjectKey, source: FileStatus, how: "link" | "copy"): Promise<string> {
    const { fs, directories, staging, durability } = this.#parts;
    if (how === "link") {
      await staging.prepare();
      const temporary = staging.newPath();
      try {
        await fs.link(directories.path(part), temporary);
        return temporary;
      } catch (error) {
        if (!hasErrno(error, ...NO_LINK)) throw fileError(error, "link", temporary);
      }
    }
    return (await staging.write(this.#pieces(part, source.sizeBytes), durability)).path;
  }

  async *#pieces(part: ObjectKey, sizeBytes: number): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < sizeBytes; start += COPY_BYTES) {
      const range = { start, end: Math.min(sizeBytes, start + COPY_BYTES) };
      const piece = await this.#parts.reader.get(part, { range, sizeBytesMax: COPY_BYTES });
      if (piece === undefined) throw new IoError("NOT_FOUND", `there is no part ${part}`);
      yield piece;
    }
  }

  async #isBlocked(view: ObjectKey): Promise<boolean> {
    const { fs, directories } = this.#parts;
    if ((await this.#statusOf(view))?.kind === "directory") return true;
    for (let at = directoryOf(view); at !== ""; at = directoryOf(at)) {
      const found = await statusIfPresent(fs, directories.path(at)).catch(() => undefined);
      if (found) return found.kind === "file";
    }
    return false;
  }

  async #statusOf(view: ObjectKey): Promise<FileStatus | undefined> {
    const { fs, directories } = this.#parts;
    try {
      return await statusIfPresent(fs, directories.path(view));
    } catch (error) {
      if (hasErrno(error, "ENOTDIR")) return undefined;
      throw fileError(error, "look at", directories.path(view));
    }
  }
}

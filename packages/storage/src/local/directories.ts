/**
 * The directories of one run: made when a key needs them, durable up to the root of the run, and
 * never symbolic links, which would lead out of the run.
 *
 * What was found once is remembered, so that the steady state costs nothing. Paths here are relative
 * to the root, "" being the root itself.
 */
import { join } from "node:path";
import { IoError } from "@crv/core";
import type { Durability } from "@crv/storage-trait/object-store";
import { attempt, fileError, hasErrno, linkError } from "./file-error.js";
import { type FileStatus, type FileSystem, statusIfPresent } from "./file-system.js";
import type { Syncer } from "./syncer.js";

/** Directory of a key: "" for one in the root. */
export function directoryOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf("/")));
}

export class Directories {
  readonly #fs: FileSystem;
  readonly #root: string;
  readonly #syncer: Syncer;
  /** Found to be true directories. */
  readonly #checked = new Set([""]);
  readonly #prepared: Readonly<Record<Durability, Map<string, Promise<void>>>> = {
    full: new Map(),
    process: new Map(),
  };

  /** @param root An absolute path without symbolic links; the directory exists. */
  constructor(fs: FileSystem, root: string, syncer: Syncer) {
    this.#fs = fs;
    this.#root = root;
    this.#syncer = syncer;
  }

  /** Absolute path of a key or directory. */
  path(relative: string): string {
    return join(this.#root, relative);
  }

  /** False when it, or one above it, is absent. @throws IoError `CORRUPT` for a symbolic link. */
  async exists(directory: string): Promise<boolean> {
    if (this.#checked.has(directory)) return true;
    if (!(await this.exists(directoryOf(directory)))) return false;
    return (await this.#kindOf(directory)) === "directory";
  }

  /**
   * Makes the directory and those above it. At `full` their entries are durable on return, also of
   * those that another process made: it may not have come to sync them.
   *
   * @throws IoError `IO`; `CORRUPT` for a symbolic link.
   */
  prepare(directory: string, durability: Durability): Promise<void> {
    if (directory === "") return Promise.resolve();
    const prepared = this.#prepared[durability];
    const known = prepared.get(directory);
    if (known !== undefined) return known;
    const preparing = this.#prepare(directory, durability);
    prepared.set(directory, preparing);
    preparing.catch(() => prepared.delete(directory));
    return preparing;
  }

  /** After something was found to be gone: what is remembered may be wrong. */
  forget(): void {
    this.#checked.clear();
    this.#checked.add("");
    for (const prepared of Object.values(this.#prepared)) prepared.clear();
  }

  async #prepare(directory: string, durability: Durability): Promise<void> {
    const parent = directoryOf(directory);
    await this.prepare(parent, durability);
    await this.#make(directory);
    if (durability === "full") await this.#syncer.syncDirectory(this.path(parent));
  }

  async #make(directory: string): Promise<void> {
    const path = this.path(directory);
    if ((await this.#kindOf(directory)) === undefined) {
      try {
        await this.#fs.mkdir(path);
      } catch (error) {
        // Another process may have been faster.
        if (!hasErrno(error, "EEXIST")) throw fileError(error, "make", path);
      }
    }
    if ((await this.#kindOf(directory)) !== "directory") {
      throw new IoError("IO", `${path} is not a directory: move what is there out of the run`, {
        details: { path },
      });
    }
  }

  /** Undefined when absent. @throws IoError `CORRUPT` for a symbolic link. */
  async #kindOf(directory: string): Promise<FileStatus["kind"] | undefined> {
    if (this.#checked.has(directory)) return "directory";
    const path = this.path(directory);
    const found = await attempt("look at", path, () => statusIfPresent(this.#fs, path));
    if (found?.kind === "link") throw linkError(path);
    if (found?.kind === "directory") this.#checked.add(directory);
    return found?.kind;
  }
}

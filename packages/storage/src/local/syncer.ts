/**
 * Syncs of files and directories. A sync that failed is never believed again: the kernel drops the
 * pages and reports the error once, so a second sync would succeed and prove nothing.
 */
import { IoError } from "@crv/core";
import { createGate, type Gate } from "../gate.js";
import { attempt, fileError, isAbsence } from "./file-error.js";
import type { FileSystem, OpenedFile } from "./file-system.js";

/** Files open for a sync at once. */
const OPEN_FILES_MAX = 32;

export class Syncer {
  readonly #fs: FileSystem;
  readonly #gate: Gate = createGate(OPEN_FILES_MAX);
  /** By path. Grows with failures only. */
  readonly #failures = new Map<string, IoError>();

  constructor(fs: FileSystem) {
    this.#fs = fs;
  }

  /** @throws IoError `IO` when a sync of `path` failed before. */
  check(path: string): void {
    const failure = this.#failures.get(path);
    if (failure === undefined) return;
    throw new IoError(
      "IO",
      `${path} may have lost writes: a sync of it failed before; check the disk, then open the run again`,
      { details: failure.details, cause: failure },
    );
  }

  /** Makes the entries of a directory durable. @throws IoError `IO`; from then on always. */
  async syncDirectory(path: string): Promise<void> {
    this.check(path);
    const open = () => this.#fs.open(path, "directory");
    await this.#inTurn(async () => this.#sync(path, await attempt("open", path, open)));
  }

  /** Makes the content of a file durable. False when it is absent. @throws IoError as above. */
  async syncFile(path: string): Promise<boolean> {
    this.check(path);
    return this.#inTurn(() => this.#syncFile(path));
  }

  async #syncFile(path: string): Promise<boolean> {
    let file: OpenedFile;
    try {
      file = await this.#fs.open(path, "sync");
    } catch (error) {
      if (isAbsence(error)) return false;
      throw fileError(error, "open", path);
    }
    await this.#sync(path, file);
    return true;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.#gate.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  async #sync(path: string, file: OpenedFile): Promise<void> {
    try {
      await file.sync();
    } catch (error) {
      const failure = fileError(error, "sync", path);
      this.#failures.set(path, failure);
      throw failure;
    } finally {
      // Nothing was written through it, so its close has nothing to report.
      await file.close().catch(() => {});
    }
  }
}

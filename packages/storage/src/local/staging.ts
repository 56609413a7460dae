/**
 * Writes under way: files in the staging directory of a run, which no key can name and no list
 * shows. What a crash leaves there is swept by a later open.
 */
import { join } from "node:path";
import { type Clock, type Random, type Seal, STAGING_DIRECTORY } from "@crv/core";
import type { Durability, ObjectBody } from "@crv/storage-trait/object-store";
import { createGate, type Gate } from "../gate.js";
import type { Directories } from "./directories.js";
import { attempt } from "./file-error.js";
import type { FileSystem } from "./file-system.js";
import { fillFile } from "./fill-file.js";

/** Files open for writing at once: far below the 256 that some systems allow a process. */
const OPEN_FILES_MAX = 64;

/** A day: no write takes as long; and one that did would fail, for its temporary is gone. */
const STALE_AGE_MS = 24 * 60 * 60 * 1000;

export interface StagedFile {
  readonly path: string;
  readonly seal: Seal;
}

export interface StagingOptions {
  readonly fs: FileSystem;
  readonly directories: Directories;
  readonly random: Random;
  readonly clock: Clock;
}

export class Staging {
  readonly #options: StagingOptions;
  readonly #gate: Gate = createGate(OPEN_FILES_MAX);

  constructor(options: StagingOptions) {
    this.#options = options;
  }

  /** A path that nothing has. */
  newPath(): string {
    return this.pathOf(Buffer.from(this.#options.random.bytes(16)).toString("hex"));
  }

  pathOf(name: string): string {
    return join(this.#directory, name);
  }

  /** Makes the staging directory. It need not survive a loss of power. */
  prepare(): Promise<void> {
    return this.#options.directories.prepare(STAGING_DIRECTORY, "process");
  }

  /**
   * Writes `body` to a file; at `full` its content is durable on return.
   *
   * Whatever fails, the file is abandoned: after a failed sync nothing about it can be trusted.
   *
   * @param isSyncedLater Its content will be made durable later, if not on return.
   * @throws IoError `IO`. What the body throws passes through.
   */
  async write(
    body: ObjectBody,
    durability: Durability,
    isSyncedLater = false,
  ): Promise<StagedFile> {
    await this.prepare();
    const leave = await this.#gate.enter();
    try {
      return await this.#write(body, durability, isSyncedLater);
    } finally {
      leave();
    }
  }

  async #write(
    body: ObjectBody,
    durability: Durability,
    isSyncedLater: boolean,
  ): Promise<StagedFile> {
    const path = this.newPath();
    const file = await attempt("create", path, () => this.#options.fs.open(path, "create"));
    try {
      const isSynced = durability === "full" || isSyncedLater;
      const seal = await fillFile(file, path, body, isSynced);
      if (durability === "full") await attempt("sync", path, () => file.sync());
      // Some file systems report a full disk here only.
      await attempt("close", path, () => file.close());
      return { path, seal };
    } catch (error) {
      await file.close().catch(() => {});
      await this.discard(path);
      throw error;
    }
  }

  /** Best effort: what stays is swept later. */
  async discard(path: string): Promise<void> {
    await this.#options.fs.unlink(path).catch(() => {});
  }

  /** Removes what a crash left, as far as possible; young files may be another process's. */
  async sweep(): Promise<void> {
    const { fs, clock } = this.#options;
    const staleBefore = clock.now().getTime() - STALE_AGE_MS;
    for (const { name, kind } of await fs.entries(this.#directory).catch(() => [])) {
      if (kind !== "file") continue;
      const path = join(this.#directory, name);
      const found = await fs.status(path).catch(() => undefined);
      if (found !== undefined && found.modifiedAt.getTime() < staleBefore) await this.discard(path);
    }
  }

  get #directory(): string {
    return this.#options.directories.path(STAGING_DIRECTORY);
  }
}

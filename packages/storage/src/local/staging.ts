/**
 * Writes under way: files in the staging directory of a run, which no key can name and no list
 * shows. What a crash leaves there is swept by a later open.
 */
import { join } from "node:path";
import {
  type Clock,
  createDigester,
  IoError,
  type Random,
  type Seal,
  STAGING_DIRECTORY,
  sealOf,
} from "@crv/core";
import type { Durability, ObjectBody } from "@crv/storage-trait/object-store";
import { createGate, type Gate } from "../gate.js";
import type { Directories } from "./directories.js";
import { attempt } from "./file-error.js";
import type { FileSystem, OpenedFile } from "./file-system.js";

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
   * @throws IoError `IO`. What the body throws passes through.
   */
  async write(body: ObjectBody, durability: Durability): Promise<StagedFile> {
    await this.prepare();
    const leave = await this.#gate.enter();
    try {
      return await this.#write(body, durability);
    } finally {
      leave();
    }
  }

  async #write(body: ObjectBody, durability: Durability): Promise<StagedFile> {
    const path = this.newPath();
    const file = await attempt("create", path, () => this.#options.fs.open(path, "create"));
    try {
      const seal = await fill(file, path, body);
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

async function fill(file: OpenedFile, path: string, body: ObjectBody): Promise<Seal> {
  if (body instanceof Uint8Array) {
    // The digest is computed while a thread of the pool writes.
    const [seal] = await Promise.all([sealOf(body), writeAll(file, path, body)]);
    return seal;
  }
  const digester = await createDigester();
  let sizeBytes = 0;
  for await (const piece of body) {
    // As of a whole body: the digest is computed while a thread of the pool writes.
    const written = writeAll(file, path, piece);
    digester.update(piece);
    await written;
    sizeBytes += piece.byteLength;
  }
  return { sizeBytes, digest: digester.finish() };
}

async function writeAll(file: OpenedFile, path: string, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.byteLength; ) {
    const start = offset;
    const written = await attempt("write", path, () => file.write(bytes, start));
    if (written <= 0) throw new IoError("IO", `cannot write ${path}: nothing is taken any more`);
    offset += written;
  }
}

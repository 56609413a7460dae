/**
 * How a directory store writes, step by step: temporary, sync, link or rename, sync of directories.
 * The steps and their order are those of the local store of @crv/storage.
 */
import { type ObjectKey, STAGING_DIRECTORY } from "@crv/core";
import type { Durability } from "../object-store.js";
import type { Fault } from "./fault-plan.js";
import { SimulatedCrash, type SimulatedProcess } from "./simulated-process.js";
import {
  dropEntry,
  lookup,
  lookupDirectory,
  lookupFile,
  makeDirectory,
  makeFile,
  parentOf,
  type SimulatedDirectory,
  type SimulatedFile,
  setEntry,
  syncDirectory,
} from "./simulated-tree.js";
import type { StorageStep, StorageVerb } from "./storage-call.js";

export interface SimulatedWriterOptions {
  readonly process: SimulatedProcess;
  readonly root: SimulatedDirectory;
  now(): Date;
  /** Keeps a create that is to arrive later. */
  deferCreate(key: ObjectKey, content: Uint8Array): void;
}

/** `lost`: no answer came. */
export type LinkAnswer = "linked" | "exists" | "lost";

export class SimulatedWriter {
  readonly #options: SimulatedWriterOptions;
  /** Directories whose entries, up to the root, this process knows to be durable. */
  readonly #durable = new Set([""]);
  #temporaryCount = 0;

  constructor(options: SimulatedWriterOptions) {
    this.#options = options;
  }

  /** Makes the directory of `path` and its ancestors; durable unless `durability` is `process`. */
  async prepareDirectory(verb: StorageVerb, path: string, durability: Durability): Promise<void> {
    const directory = parentOf(path);
    if (directory === "" || this.#durable.has(directory)) return;
    await this.prepareDirectory(verb, directory, durability);
    if (lookup(this.#root, directory) === undefined) {
      await this.#step(verb, "make-directory", directory, () => {
        // Another process may have made it while this step waited for its turn.
        if (lookup(this.#root, directory) === undefined) {
          setEntry(this.#root, directory, makeDirectory());
        }
      });
    }
    if (durability === "full") {
      // Also when another process made it: that one may not have come to sync it.
      await this.syncDirectory(verb, parentOf(directory));
      this.#durable.add(directory);
    }
  }

  /** @returns path of a temporary that holds `content`. */
  async writeTemporary(
    verb: StorageVerb,
    key: ObjectKey,
    content: Uint8Array,
    durability: Durability,
  ): Promise<string> {
    // By pid: a process of that name may have died and left a temporary.
    const path = `${STAGING_DIRECTORY}/${this.#options.process.identity.pid}-${++this.#temporaryCount}`;
    await this.prepareDirectory(verb, path, "process");
    const file = makeFile(new Uint8Array(), this.#options.now());
    try {
      do {
        await this.#step(verb, "write", key, (fault) => {
          const { byteLength: done } = file.content;
          const end = isPartial(fault) ? Math.ceil((done + content.byteLength) / 2) : undefined;
          file.content = content.slice(0, end);
          if (lookupFile(this.#root, path) === undefined) setEntry(this.#root, path, file);
        });
      } while (file.content.byteLength < content.byteLength);
      if (durability === "full") await this.syncContent(verb, key, file);
    } catch (error) {
      await this.unlinkTemporary(verb, path);
      throw error;
    }
    return path;
  }

  /** A sync that fails poisons: the pages are marked clean, and a later sync proves nothing. */
  async syncContent(verb: StorageVerb, key: ObjectKey, file: SimulatedFile): Promise<void> {
    try {
      await this.#step(verb, "sync-content", key, () => {
        file.synced = !file.poisoned;
      });
    } catch (error) {
      if (!(error instanceof SimulatedCrash)) file.poisoned = !file.synced;
      throw error;
    }
  }

  async syncDirectory(verb: StorageVerb, directory: string): Promise<void> {
    await this.#step(verb, "sync-directory", directory, () => {
      syncDirectory(lookupDirectory(this.#root, directory));
    });
  }

  /** Create-only. Faults `unknown` and `duplicate` are suffered here. */
  link(verb: StorageVerb, temporary: string, key: ObjectKey): Promise<LinkAnswer> {
    return this.#step(verb, "link", key, (fault) => {
      const file = this.#temporary(temporary);
      const isFree = lookup(this.#root, key) === undefined;
      const isLost = fault?.kind === "unknown";
      if (isFree && !(isLost && fault.lands !== "now")) setEntry(this.#root, key, file);
      if (fault?.kind === "duplicate" || (isLost && fault.lands === "late")) {
        this.#options.deferCreate(key, file.content);
      }
      if (isLost) return "lost";
      return isFree ? "linked" : "exists";
    });
  }

  rename(verb: StorageVerb, temporary: string, key: ObjectKey): Promise<void> {
    return this.#step(verb, "rename", key, () => {
      const file = this.#temporary(temporary);
      setEntry(this.#root, key, file);
      dropEntry(this.#root, temporary);
    });
  }

  /** What remains of a failure is swept later, so failing here is no failure. */
  async unlinkTemporary(verb: StorageVerb, temporary: string): Promise<void> {
    try {
      await this.#step(verb, "unlink-temporary", temporary, () => {
        dropEntry(this.#root, temporary);
      });
    } catch (error) {
      if (error instanceof SimulatedCrash) throw error;
    }
  }

  get #root(): SimulatedDirectory {
    return this.#options.root;
  }

  #temporary(path: string): SimulatedFile {
    const file = lookupFile(this.#root, path);
    if (file === undefined) throw new Error(`the temporary ${path} is gone`);
    return file;
  }

  #step<Result>(
    verb: StorageVerb,
    step: StorageStep,
    key: string,
    effect: (fault: Fault | undefined) => Result,
  ): Promise<Result> {
    return this.#options.process.step({ verb, step, key }, effect);
  }
}

function isPartial(fault: Fault | undefined): boolean {
  return fault?.kind === "short-write" || fault?.kind === "torn-write";
}

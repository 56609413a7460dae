/**
 * A directory of runs by the API of the original. Runs of crv are read and written; plain directories
 * that the original wrote are read.
 */
import { join } from "node:path";
import {
  IoError,
  LOG_PREFIX,
  MAIN_BRANCH,
  parseRunId,
  RUNS_DIRECTORY,
  type RunId,
} from "@crv/core";
import { IoSettings } from "@crv/io";
import { listRunDirectories, openDirectoryReader } from "@crv/storage";
import type { Durability, StagedStorage } from "@crv/storage-trait";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { type PlainFiles, PlainRun, type RunSource, TensorStore } from "@crv/tensors";
import { checkChoice, checkKeys } from "./check-options.js";
import { openRoot } from "./open-root.js";
import { openToRead, openToWrite } from "./open-run.js";

export interface OpenTensorStoreOptions {
  /** Directory of the runs, below the store's own. Default `runs`; runs are written there only. */
  readonly runsPrefix?: string;
  /** Default `readWrite`: a run is opened for writing at its first write. */
  readonly mode?: "readWrite" | "readOnly";
  /** Default `full`. */
  readonly durability?: Durability;
}

/**
 * Opens nothing yet: runs are opened as they are asked for, and closed with the store.
 *
 * @param path Directory of a store of crv, or of the original.
 * @throws IoError `INVALID_ARGUMENT`.
 */
export async function openTensorStore(
  path: string,
  options: OpenTensorStoreOptions = {},
): Promise<TensorStore> {
  checkKeys("openTensorStore", options, ["runsPrefix", "mode", "durability"]);
  const { runsPrefix = RUNS_DIRECTORY, mode = "readWrite", durability = "full" } = options;
  checkChoice("mode", mode, ["readWrite", "readOnly"]);
  checkChoice("durability", durability, ["full", "process"]);
  const isWritable = mode === "readWrite" && runsPrefix === RUNS_DIRECTORY;
  const source = new DirectoryRuns(path, join(path, runsPrefix), isWritable, durability);
  return new TensorStore(source, { runsPrefix });
}

class DirectoryRuns implements RunSource {
  readonly #root: string;
  readonly #directory: string;
  readonly #isWritable: boolean;
  readonly #durability: Durability;
  readonly #settings = IoSettings.from({});
  readonly #reading = new Map<RunId, Promise<StagedStorage>>();
  readonly #writing = new Map<RunId, Promise<StagedStorage>>();

  constructor(root: string, directory: string, isWritable: boolean, durability: Durability) {
    this.#root = root;
    this.#directory = directory;
    this.#isWritable = isWritable;
    this.#durability = durability;
  }

  list(): Promise<readonly string[]> {
    return listRunDirectories(this.#directory);
  }

  async read(id: string): ReturnType<RunSource["read"]> {
    const runId = parseRunId(id);
    const known = this.#writing.get(runId) ?? this.#reading.get(runId);
    if (known) return { kind: "committed", storage: await known };
    const reader = await this.#openReader(runId);
    if (reader === undefined) return undefined;
    if (!(await isCommitted(reader))) {
      return { kind: "plain", run: await PlainRun.open(runId, plainFiles(reader)) };
    }
    await reader.close();
    const opened = this.#reading.get(runId) ?? this.#openToRead(runId);
    this.#reading.set(runId, opened);
    return { kind: "committed", storage: await opened };
  }

  async write(id: string): Promise<StagedStorage> {
    const runId = parseRunId(id);
    if (!this.#isWritable) {
      throw new IoError("READ_ONLY", `the store in ${this.#root} is open for reading only`, {
        details: { root: this.#root },
      });
    }
    const known = this.#writing.get(runId);
    if (known !== undefined) return known;
    const opened = this.#openToWrite(runId);
    this.#writing.set(runId, opened);
    opened.catch(() => this.#writing.delete(runId));
    return opened;
  }

  async close(): Promise<void> {
    const opened = [...this.#reading.values(), ...this.#writing.values()];
    this.#reading.clear();
    this.#writing.clear();
    for (const storage of opened) await (await storage).close();
  }

  async #openToRead(runId: RunId): Promise<StagedStorage> {
    const path = join(this.#directory, runId);
    return (await openToRead(path, runId, MAIN_BRANCH, this.#settings)).storage;
  }

  async #openToWrite(runId: RunId): Promise<StagedStorage> {
    const reader = await this.#openReader(runId);
    const isPlain = reader !== undefined && (await isOfOriginal(reader));
    await reader?.close();
    if (isPlain) {
      throw new IoError(
        "READ_ONLY",
        `run ${runId} is a plain directory of the original: read it, and write under another id`,
        { details: { runId } },
      );
    }
    const store = await openRoot(this.#root, true);
    const path = store.runDirectory(runId);
    const durability = this.#durability;
    return (await openToWrite(path, runId, MAIN_BRANCH, this.#settings, durability, {})).storage;
  }

  /** Undefined when there is no such directory. */
  async #openReader(runId: RunId): Promise<ObjectReader | undefined> {
    try {
      return await openDirectoryReader({ path: join(this.#directory, runId) });
    } catch (error) {
      if (error instanceof IoError && error.code === "NOT_FOUND") return undefined;
      throw error;
    }
  }
}

async function isCommitted(reader: ObjectReader): Promise<boolean> {
  for await (const _ of reader.list(LOG_PREFIX)) return true;
  return false;
}

/** Whether it holds files, but none of crv. */
async function isOfOriginal(reader: ObjectReader): Promise<boolean> {
  for await (const { key } of reader.list("")) {
    return !key.startsWith("_") && !(await isCommitted(reader));
  }
  return false;
}

function plainFiles(reader: ObjectReader): PlainFiles {
  return {
    async list() {
      const entries: { path: string; bytes: number }[] = [];
      for await (const { key, sizeBytes } of reader.list("")) {
        entries.push({ path: key, bytes: sizeBytes });
      }
      return entries;
    },
    async read(path, { start, end }) {
      const key = path as Parameters<ObjectReader["get"]>[0];
      const bytes = await reader.get(key, { range: { start, end }, sizeBytesMax: end - start });
      if (bytes?.byteLength === end - start) return bytes;
      throw new IoError("NOT_FOUND", `${path} is gone, or has become shorter`, {
        details: { path },
      });
    },
    close: () => reader.close(),
  };
}

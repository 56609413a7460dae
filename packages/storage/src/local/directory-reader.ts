/** The reading half of the local store: it has no call that changes anything. */
import { IoError, type ObjectKey } from "@crv/core";
import {
  checkListPrefix,
  checkStoredKey,
  type GetOptions,
  type ObjectInfo,
  type ObjectReader,
  readWindow,
} from "@crv/storage-trait/object-store";
import { createGate, type Gate } from "../gate.js";
import { type Directories, directoryOf } from "./directories.js";
import { attempt, fileError, isAbsence, linkError } from "./file-error.js";
import { type FileSystem, type OpenedFile, statusIfPresent } from "./file-system.js";
import { listDirectory } from "./list-directory.js";

/** Files open for reading at once: far below the 256 that some systems allow a process. */
const OPEN_FILES_MAX = 64;

export class DirectoryReader implements ObjectReader {
  readonly capabilities = { atomicCreate: true, durable: true, locations: true } as const;
  readonly #fs: FileSystem;
  readonly #directories: Directories;
  readonly #gate: Gate = createGate(OPEN_FILES_MAX);
  #isClosed = false;

  constructor(fs: FileSystem, directories: Directories) {
    this.#fs = fs;
    this.#directories = directories;
  }

  async stat(key: ObjectKey): Promise<ObjectInfo | undefined> {
    this.check(key);
    if (!(await this.#directories.exists(directoryOf(key)))) return undefined;
    const path = this.location(key);
    const found = await attempt("look at", path, () => statusIfPresent(this.#fs, path));
    if (found?.kind === "link") throw linkError(path);
    if (found?.kind !== "file") return undefined;
    const { sizeBytes, modifiedAt, identity } = found;
    return { key, sizeBytes, modifiedAt, identity };
  }

  async get(key: ObjectKey, options: GetOptions): Promise<Uint8Array | undefined> {
    this.check(key);
    if (!(await this.#directories.exists(directoryOf(key)))) return undefined;
    const leave = await this.#gate.enter();
    try {
      return await this.#read(key, options);
    } finally {
      leave();
    }
  }

  async *list(
    prefix: string,
    { after }: { readonly after?: ObjectKey } = {},
  ): AsyncGenerator<ObjectInfo> {
    this.checkOpen();
    checkListPrefix(prefix);
    yield* listDirectory({ fs: this.#fs, directories: this.#directories }, prefix, after);
  }

  location(key: ObjectKey): string {
    return this.#directories.path(checkStoredKey(key));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  /** @throws IoError `CLOSED`. GrammarError `INVALID_NAME`. */
  check(key: ObjectKey): void {
    this.checkOpen();
    checkStoredKey(key);
  }

  /** @throws IoError `CLOSED`. */
  checkOpen(): void {
    if (!this.#isClosed) return;
    const path = this.#directories.path("");
    throw new IoError("CLOSED", `the run in ${path} was closed: open it again`, {
      details: { path },
    });
  }

  async #read(key: ObjectKey, options: GetOptions): Promise<Uint8Array | undefined> {
    const path = this.location(key);
    let file: OpenedFile;
    try {
      file = await this.#fs.open(path, "read");
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw fileError(error, "open", path);
    }
    try {
      const { kind, sizeBytes } = await attempt("look at", path, () => file.status());
      if (kind !== "file") return undefined;
      const { start, end } = readWindow(key, sizeBytes, options);
      return await readBytes(file, path, start, end, options.into);
    } finally {
      // Nothing was written through it, so its close has nothing to report.
      await file.close().catch(() => {});
    }
  }
}

async function readBytes(
  file: OpenedFile,
  path: string,
  start: number,
  end: number,
  into: Uint8Array | undefined,
): Promise<Uint8Array> {
  const bytes = into?.byteLength === end - start ? into : newArray(end - start);
  for (let offset = 0; offset < bytes.byteLength; ) {
    const at = offset;
    const read = await attempt("read", path, () => file.read(bytes, at, start + at));
    if (read === 0) {
      throw new IoError(
        "CORRUPT",
        `${path} was cut off while it was read: restore the file from a backup`,
        {
          details: { path },
        },
      );
    }
    offset += read;
  }
  return bytes;
}

/** All of it will be overwritten, so it need not be cleared first; and it is not of Node's shared pool. */
function newArray(sizeBytes: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(sizeBytes);
  return new Uint8Array(buffer, byteOffset, sizeBytes);
}

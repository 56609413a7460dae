/**
 * Fills a new file with a body. What is large is hashed, written and synced side by side, in bounded
 * memory. Source: docs/design/digests-beside-writes.md.
 */
import { createDigester, IoError, type Seal, sealOf } from "@crv/core";
import type { ObjectBody } from "@crv/storage-trait/object-store";
import { attempt } from "./file-error.js";
import type { OpenedFile } from "./file-system.js";

/** Hashed at a time: the processor's cache holds it, and the event loop turns between two. */
const CHUNK_BYTES = 2 * 1024 * 1024;

/** Written before a sync of it begins, where none is under way. */
const SYNC_STEP_BYTES = 64 * 1024 * 1024;

/** Written at most before the sync under way has ended: what the kernel holds of one file is bounded. */
const UNSYNCED_BYTES_MAX = 256 * 1024 * 1024;

/**
 * @param isSynced Whether the content will be made durable: then most of a large one is on return, and
 *   the sync that the caller makes has little left to do.
 * @throws IoError `IO`. What the body throws passes through.
 */
export async function fillFile(
  file: OpenedFile,
  path: string,
  body: ObjectBody,
  isSynced: boolean,
): Promise<Seal> {
  if (body instanceof Uint8Array && body.byteLength <= CHUNK_BYTES) {
    const [seal] = await Promise.all([sealOf(body), writeAll(file, path, body)]);
    return seal;
  }
  const digester = await createDigester();
  const output = new FileOutput(file, path, isSynced);
  const isWhole = body instanceof Uint8Array;
  const isSteady = isWhole || body.isSteady === true;
  let sizeBytes = 0;
  try {
    for await (const piece of isWhole ? [body] : body) {
      for (let at = 0; at < piece.byteLength; at += CHUNK_BYTES) {
        const chunk = piece.subarray(at, at + CHUNK_BYTES);
        await output.write(chunk);
        digester.update(chunk);
      }
      if (!isSteady) await output.written();
      sizeBytes += piece.byteLength;
    }
    await output.end();
  } finally {
    // The file is closed next, and its number may then be another file's.
    await output.settle();
  }
  return { sizeBytes, digest: digester.finish() };
}

/** A file to which threads write, one call at a time, and sync beside. */
class FileOutput {
  readonly #file: OpenedFile;
  readonly #path: string;
  readonly #isSynced: boolean;
  #writing: Promise<void> = Promise.resolve();
  /** Of all syncs so far: one that failed is followed by no other. */
  #syncing: Promise<void> = Promise.resolve();
  #isSyncing = false;
  #unsyncedBytes = 0;

  constructor(file: OpenedFile, path: string, isSynced: boolean) {
    this.#file = file;
    this.#path = path;
    this.#isSynced = isSynced;
  }

  /** Begins to write `bytes`, which must not change until `written`. @throws IoError `IO` of what came before */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#writing;
    if (this.#unsyncedBytes >= UNSYNCED_BYTES_MAX) await this.#syncing;
    if (this.#unsyncedBytes >= SYNC_STEP_BYTES && !this.#isSyncing) this.#sync();
    if (this.#isSynced) this.#unsyncedBytes += bytes.byteLength;
    this.#writing = told(writeAll(this.#file, this.#path, bytes));
  }

  /** All that was given is written. @throws IoError `IO` */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** All that was given is written. No error of a sync may be lost: the next one would succeed. */
  async end(): Promise<void> {
    await this.#writing;
    await this.#syncing;
  }

  /** Nothing is under way any more. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#writing, this.#syncing]);
  }

  #sync(): void {
    this.#unsyncedBytes = 0;
    this.#isSyncing = true;
    const sync = async (): Promise<void> => {
      await attempt("sync", this.#path, () => this.#file.sync());
      this.#isSyncing = false;
    };
    this.#syncing = told(this.#syncing.then(sync));
  }
}

/** One that fails is told when it is awaited, not before. */
function told(call: Promise<void>): Promise<void> {
  call.catch(() => undefined);
  return call;
}

async function writeAll(file: OpenedFile, path: string, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.byteLength; ) {
    const start = offset;
    const written = await attempt("write", path, () => file.write(bytes, start));
    if (written <= 0) throw new IoError("IO", `cannot write ${path}: nothing is taken any more`);
    offset += written;
  }
}

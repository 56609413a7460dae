/**
 * One run as a directory: `create` and the residual, each with its durability bundled in, so that no
 * caller can do half of it.
 *
 *   create    temporary, sync (beside it: what must be durable first), link (fails if it exists),
 *             unlink temporary, sync directory
 *   replace   temporary, sync, rename; of a view also: sync directory
 *   show      link under a temporary name, rename, sync directory; or a copy, as replace
 *   set aside link, sync directory, unlink, sync directory
 *   remove    unlink; not synced: what a loss of power brings back is removed again by who finds it
 */
import {
  type Clock,
  formatSessionKey,
  formatSidecarKey,
  type ObjectKey,
  type OperationRef,
  RECORD_BYTES_MAX,
  type Seal,
  type SessionId,
  type Version,
} from "@crv/core";
import type {
  CreateOptions,
  CreateOutcome,
  Durability,
  GetOptions,
  ObjectBody,
  ObjectInfo,
  ObjectStore,
} from "@crv/storage-trait/object-store";
import {
  type InlineCommitResidual,
  quarantineTaken,
  viewVersion,
} from "@crv/storage-trait/residual";
import { retryBusy } from "./busy-retry.js";
import { type Directories, directoryOf } from "./directories.js";
import type { DirectoryReader } from "./directory-reader.js";
import { fileError, hasErrno, isAbsence } from "./file-error.js";
import type { FileSystem } from "./file-system.js";
import { type LinkOutcome, linkNew } from "./link-new.js";
import { PartViews } from "./part-views.js";
import type { Staging } from "./staging.js";
import type { Syncer } from "./syncer.js";
import type { Turns } from "./turns.js";

export interface DirectoryStoreParts {
  readonly fs: FileSystem;
  readonly directories: Directories;
  readonly syncer: Syncer;
  readonly reader: DirectoryReader;
  readonly staging: Staging;
  readonly turns: Turns;
  readonly clock: Clock;
  /** Of replacements; creates say it themselves. */
  readonly durability: Durability;
}

export class DirectoryStore implements ObjectStore, InlineCommitResidual {
  readonly #parts: DirectoryStoreParts;
  readonly #partViews: PartViews;

  constructor(parts: DirectoryStoreParts) {
    this.#parts = parts;
    this.#partViews = new PartViews(parts);
  }

  get capabilities(): ObjectStore["capabilities"] {
    return this.#parts.reader.capabilities;
  }

  async create(
    key: ObjectKey,
    body: ObjectBody,
    { durability, after = [], willMakeDurable = false }: CreateOptions,
  ): Promise<CreateOutcome> {
    const { reader, directories, staging } = this.#parts;
    reader.check(key);
    for (const earlier of after) reader.check(earlier);
    await directories.prepare(directoryOf(key), durability);
    this.#checkSyncable(key, durability);
    const [staged, durable] = await Promise.allSettled([
      this.#forgetIfGone(staging.write(body, durability, willMakeDurable)),
      this.#makeAllDurable(after),
    ]);
    if (staged.status === "rejected") throw staged.reason;
    const { path, seal } = staged.value;
    if (durable.status === "fulfilled") return this.#publish(key, path, seal, durability);
    await staging.discard(path);
    throw durable.reason;
  }

  async makeDurable(key: ObjectKey): Promise<boolean> {
    this.#parts.reader.check(key);
    return (await this.#makeAllDurable([key])) === 1;
  }

  async takeTurn(prefix: string): Promise<() => Promise<void>> {
    this.#parts.reader.checkOpen();
    return this.#parts.turns.take(prefix);
  }

  stat(key: ObjectKey): Promise<ObjectInfo | undefined> {
    return this.#parts.reader.stat(key);
  }

  get(key: ObjectKey, options: GetOptions): Promise<Uint8Array | undefined> {
    return this.#parts.reader.get(key, options);
  }

  list(prefix: string, options?: { readonly after?: ObjectKey }): AsyncIterable<ObjectInfo> {
    return this.#parts.reader.list(prefix, options);
  }

  location(key: ObjectKey): string {
    return this.#parts.reader.location(key);
  }

  removeStaged(_operation: OperationRef, keys: readonly ObjectKey[]): Promise<void> {
    return this.#remove(keys);
  }

  removeSidecar({ operationId, branchId }: OperationRef): Promise<void> {
    return this.#remove([formatSidecarKey(operationId, branchId)]);
  }

  removeSession(session: SessionId): Promise<void> {
    return this.#remove([formatSessionKey(session)]);
  }

  removeUnreferenced(keys: readonly ObjectKey[], _floor: Version): Promise<void> {
    return this.#remove(keys);
  }

  async replaceView(
    key: ObjectKey,
    shows: Version,
    body: Uint8Array,
  ): Promise<"replaced" | "newer"> {
    const { reader, syncer, directories, durability } = this.#parts;
    const found = await reader.get(key, { sizeBytesMax: RECORD_BYTES_MAX }).catch(ifTooLarge);
    if (found !== undefined && (viewVersion(found) ?? -1) > shows) return "newer";
    await this.#replace(key, body, durability);
    if (durability === "full") await syncer.syncDirectory(directories.path(directoryOf(key)));
    return "replaced";
  }

  showPart(view: ObjectKey, part: ObjectKey, how: "link" | "copy"): Promise<"shown" | "blocked"> {
    const { reader } = this.#parts;
    reader.check(view);
    reader.check(part);
    return this.#partViews.show(view, part, how);
  }

  removeViews(views: readonly ObjectKey[]): Promise<void> {
    const { reader } = this.#parts;
    reader.checkOpen();
    for (const view of views) reader.check(view);
    return this.#partViews.remove(views);
  }

  async setAside(key: ObjectKey, as: ObjectKey): Promise<void> {
    const { fs, reader, directories, syncer } = this.#parts;
    reader.check(as);
    if ((await reader.stat(key)) === undefined) return;
    await directories.prepare(directoryOf(as), "full");
    const outcome = await linkNew(fs, directories.path(key), directories.path(as));
    if (outcome.kind === "exists") throw quarantineTaken(as);
    if (outcome.kind === "unknown") throw outcome.cause;
    await syncer.syncDirectory(directories.path(directoryOf(as)));
    await this.#unlink(directories.path(key));
    await syncer.syncDirectory(directories.path(directoryOf(key)));
  }

  replaceLease(key: ObjectKey, body: Uint8Array): Promise<void> {
    return this.#replace(key, body, this.#parts.durability);
  }

  replaceHint(key: ObjectKey, body: Uint8Array): Promise<void> {
    return this.#replace(key, body, "process");
  }

  async close(): Promise<void> {
    await this.#parts.turns.close();
    await this.#parts.reader.close();
  }

  async #publish(
    key: ObjectKey,
    temporary: string,
    seal: Seal,
    durability: Durability,
  ): Promise<CreateOutcome> {
    const { fs, directories, staging, syncer } = this.#parts;
    let outcome: LinkOutcome;
    try {
      outcome = await this.#forgetIfGone(linkNew(fs, temporary, directories.path(key)));
    } catch (error) {
      await staging.discard(temporary);
      throw error;
    }
    // Beside the sync, which does not wait for it: nothing depends on when the temporary goes.
    const discarded = staging.discard(temporary);
    try {
      if (outcome.kind !== "linked") return outcome;
      if (durability === "full") await syncer.syncDirectory(directories.path(directoryOf(key)));
      return { kind: "created", seal };
    } catch (cause) {
      // The object is there, and nobody knows whether it will be after a loss of power.
      return { kind: "unknown", cause };
    } finally {
      await discarded;
    }
  }

  /** Files and directories side by side, each directory once. @returns how many of `keys` are there. */
  async #makeAllDurable(keys: readonly ObjectKey[]): Promise<number> {
    const { reader, directories, syncer } = this.#parts;
    const found = new Map<string, ObjectKey[]>();
    for (const key of keys) {
      const directory = directoryOf(key);
      if (!(await directories.exists(directory))) continue;
      found.set(directory, [...(found.get(directory) ?? []), key]);
    }
    const files = [...found.values()].flat();
    const [present] = await Promise.all([
      Promise.all(files.map((key) => syncer.syncFile(reader.location(key)))),
      ...[...found.keys()].map(async (directory) => {
        await directories.prepare(directory, "full");
        await syncer.syncDirectory(directories.path(directory));
      }),
    ]);
    return present.filter(Boolean).length;
  }

  async #replace(key: ObjectKey, body: Uint8Array, durability: Durability): Promise<void> {
    const { fs, clock, reader, directories, staging } = this.#parts;
    reader.check(key);
    await directories.prepare(directoryOf(key), durability);
    const { path } = await this.#forgetIfGone(staging.write(body, durability));
    const target = directories.path(key);
    try {
      const rename = retryBusy(clock, () => fs.rename(path, target));
      await this.#forgetIfGone(rename);
    } catch (error) {
      await staging.discard(path);
      throw fileError(error, "replace", target);
    }
  }

  async #remove(keys: readonly ObjectKey[]): Promise<void> {
    const { reader, directories } = this.#parts;
    reader.checkOpen();
    // All before the first: a list that names one impossible key is not to be trusted at all.
    for (const key of keys) reader.check(key);
    for (const key of keys) {
      if (await directories.exists(directoryOf(key))) await this.#unlink(directories.path(key));
    }
  }

  async #unlink(path: string): Promise<void> {
    try {
      await retryBusy(this.#parts.clock, () => this.#parts.fs.unlink(path));
    } catch (error) {
      if (!isAbsence(error)) throw fileError(error, "remove", path);
    }
  }

  /** Before anything is written: in a directory whose sync failed, nothing can become durable. */
  #checkSyncable(key: ObjectKey, durability: Durability): void {
    const { directories, syncer } = this.#parts;
    if (durability === "full") syncer.check(directories.path(directoryOf(key)));
  }

  /** A directory that was remembered may have been removed by something else. */
  async #forgetIfGone<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      if (hasErrno(cause, "ENOENT")) this.#parts.directories.forget();
      throw error;
    }
  }
}

/** A view of such a size is none of ours. */
function ifTooLarge(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "LIMIT_EXCEEDED")
    return undefined;
  throw error;
}

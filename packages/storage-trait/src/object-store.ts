/**
 * Objects: bytes under a key of one run; whole or absent, never changed once created.
 *
 * The contract binds every implementation and every wrapper; `./conformance` tests it. There is no
 * remove and no replace here: those few effects live on `./residual`, each with its reason.
 *
 * 1. `create` is atomic and create-only: of any number of racing creates of a key, in any number of
 *    processes, exactly one answers `created`; all others answer `exists`. No reader ever sees part
 *    of a body.
 * 2. After `created` at durability `full` the object survives power loss: content, directory entry,
 *    and the entries of directories that were newly made for it. At `process` it survives the death
 *    of the process.
 *    What `after` names is durable before the object appears.
 * 3. A body that throws creates nothing and the error passes through; so does one of `after` that
 *    cannot be made durable.
 * 4. `unknown` means just that: the object may exist, may come to exist later, or never. A refusal
 *    that provably had no effect (no space, no permission) is thrown as `IO`, never `unknown`.
 * 5. `list` gives keys in byte order, of objects whose create was answered before the call, and may
 *    or may not give later ones. Objects under way and foreign hidden names are never listed.
 * 6. After `close` every call throws `CLOSED`; `close` is idempotent. `location` needs no open store.
 * 7. A key that breaks its grammar, or lies in the staging directory, is `INVALID_NAME` on every call.
 */
import type { ObjectKey, Seal } from "@crv/core";
import type { ObjectBody } from "./object-body.js";
import type { GetOptions } from "./read-window.js";

export { type BodyPieces, collectBody, type ObjectBody } from "./object-body.js";
export { type GetOptions, type ReadWindow, readWindow } from "./read-window.js";
export { checkListPrefix, checkStoredKey, isStoredKey } from "./stored-key.js";

export interface ObjectInfo {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  /**
   * The same for every name of one file, as links are, and for no other file that is there. Undefined
   * where the store cannot tell.
   */
  readonly identity?: string;
}

export interface StoreCapabilities {
  /** Always: a store without it cannot be opened. */
  readonly atomicCreate: true;
  /** Whether `full` survives power loss. False of memory. */
  readonly durable: boolean;
  /** Whether `location` is a path that other programs can open; if not, it is a name for messages. */
  readonly locations: boolean;
}

/** All that a run opened for reading is given. */
export interface ObjectReader {
  readonly capabilities: StoreCapabilities;
  /** Undefined when absent. */
  stat(key: ObjectKey): Promise<ObjectInfo | undefined>;
  /** Undefined when absent. The bytes belong to the caller. */
  get(key: ObjectKey, options: GetOptions): Promise<Uint8Array | undefined>;
  /** @param prefix A directory of keys, ending in `/`, or "" for all; keys below it at any depth. */
  list(prefix: string, options?: { readonly after?: ObjectKey }): AsyncIterable<ObjectInfo>;
  /** A path or URL for other programs. */
  location(key: ObjectKey): string;
  /** Idempotent. */
  close(): Promise<void>;
}

/** `full` survives power loss; `process` skips the fsyncs and survives the process only. */
export type Durability = "full" | "process";

export interface CreateOptions {
  readonly durability: Durability;
  /**
   * Objects to be made durable before this one appears, as by {@link ObjectStore.makeDurable}; those
   * that are absent are left. Their syncs run beside that of the body, so that they cost no time.
   */
  readonly after?: readonly ObjectKey[];
  /**
   * The caller will make it durable once it is created: a large body may be synced as it is written. A
   * hint; it promises no more than `durability`.
   */
  readonly willMakeDurable?: boolean;
}

export type CreateOutcome =
  | { readonly kind: "created"; readonly seal: Seal }
  | { readonly kind: "exists" }
  | { readonly kind: "unknown"; readonly cause: unknown };

export interface ObjectStore extends ObjectReader {
  create(key: ObjectKey, body: ObjectBody, options: CreateOptions): Promise<CreateOutcome>;
  /**
   * Makes what exists under `key` as durable as if this process had created it (rule `syncfound`):
   * an object that another process created may still await its sync. False when it is absent.
   */
  makeDurable(key: ObjectKey): Promise<boolean>;
  /**
   * Waits while other processes have their turn to create the next object under `prefix`; what it
   * returns ends one's own. Only saves work, and resolves in the end: nothing may rely on it.
   */
  takeTurn(prefix: string): Promise<() => Promise<void>>;
}

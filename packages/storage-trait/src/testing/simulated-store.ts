/**
 * The object store and residual that one simulated process sees. Each verb is a sequence of steps,
 * each of which may be the process's last.
 */
import {
  formatSessionKey,
  formatSidecarKey,
  IoError,
  type ObjectKey,
  type OperationRef,
  type Seal,
  type SessionId,
  sealOf,
  type Version,
} from "@crv/core";
import {
  type CreateOptions,
  type CreateOutcome,
  checkListPrefix,
  checkStoredKey,
  collectBody,
  type Durability,
  type GetOptions,
  isStoredKey,
  type ObjectBody,
  type ObjectInfo,
  type ObjectStore,
  readWindow,
} from "../object-store.js";
import { type InlineCommitResidual, quarantineTaken, viewVersion } from "../residual.js";
import { SimulatedCrash, type SimulatedProcess } from "./simulated-process.js";
import {
  filesBelow,
  lookup,
  lookupFile,
  parentOf,
  type SimulatedDirectory,
  type SimulatedFile,
  setEntry,
} from "./simulated-tree.js";
import { SimulatedWriter, type SimulatedWriterOptions } from "./simulated-writer.js";
import type { StorageStep, StorageVerb } from "./storage-call.js";

export class SimulatedStore implements ObjectStore, InlineCommitResidual {
  readonly capabilities = { atomicCreate: true, durable: true, locations: false } as const;
  /** To kill it, and to ask whether it died and how many storage calls it made. */
  readonly process: SimulatedProcess;
  readonly #root: SimulatedDirectory;
  readonly #writer: SimulatedWriter;
  #isClosed = false;

  constructor(options: SimulatedWriterOptions) {
    this.process = options.process;
    this.#root = options.root;
    this.#writer = new SimulatedWriter(options);
  }

  async create(
    key: ObjectKey,
    body: ObjectBody,
    { durability, after = [] }: CreateOptions,
  ): Promise<CreateOutcome> {
    this.#check(key);
    after.forEach(checkStoredKey);
    const content = await collectBody(body);
    const seal = await sealOf(content);
    await this.#writer.prepareDirectory("create", key, durability);
    const temporary = await this.#writer.writeTemporary("create", key, content, durability);
    try {
      for (const earlier of after) await this.makeDurable(earlier);
    } catch (error) {
      if (!(error instanceof SimulatedCrash))
        await this.#writer.unlinkTemporary("create", temporary);
      throw error;
    }
    return this.#publish(key, temporary, seal, durability);
  }

  async #publish(
    key: ObjectKey,
    temporary: string,
    seal: Seal,
    durability: Durability,
  ): Promise<CreateOutcome> {
    let cause: unknown;
    let answer: Awaited<ReturnType<SimulatedWriter["link"]>>;
    try {
      answer = await this.#writer.link("create", temporary, key);
    } catch (error) {
      if (error instanceof SimulatedCrash) throw error;
      // As the local store asks the temporary for its number of links.
      if (lookup(this.#root, key) !== lookup(this.#root, temporary)) {
        await this.#writer.unlinkTemporary("create", temporary);
        throw error;
      }
      cause = error;
      answer = "lost";
    }
    await this.#writer.unlinkTemporary("create", temporary);
    if (answer === "lost") {
      cause ??= new IoError("IO", `no answer (simulated) to the create of ${key}`);
      return { kind: "unknown", cause };
    }
    if (answer === "exists") return { kind: "exists" };
    try {
      if (durability === "full") await this.#writer.syncDirectory("create", parentOf(key));
    } catch (error) {
      if (error instanceof SimulatedCrash) throw error;
      // The object is there, and nobody knows whether it will be after a loss of power.
      return { kind: "unknown", cause: error };
    }
    return { kind: "created", seal };
  }

  async makeDurable(key: ObjectKey): Promise<boolean> {
    this.#check(key);
    const file = await this.#step("makeDurable", "stat", key, () => lookupFile(this.#root, key));
    if (file === undefined) return false;
    await this.#writer.syncContent("makeDurable", key, file);
    await this.#writer.prepareDirectory("makeDurable", key, "full");
    await this.#writer.syncDirectory("makeDurable", parentOf(key));
    return true;
  }

  /** Everybody goes at once: what holds then holds with turns, too. */
  async takeTurn(): Promise<() => Promise<void>> {
    this.#checkOpen();
    return async () => {};
  }

  async stat(key: ObjectKey): Promise<ObjectInfo | undefined> {
    this.#check(key);
    return this.#step("stat", "stat", key, () => {
      const file = lookupFile(this.#root, key);
      return file && { key, ...infoOf(file) };
    });
  }

  async get(key: ObjectKey, options: GetOptions): Promise<Uint8Array | undefined> {
    this.#check(key);
    return this.#step("get", "read", key, () => {
      const content = lookupFile(this.#root, key)?.content;
      if (content === undefined) return undefined;
      const { start, end } = readWindow(key, content.byteLength, options);
      return content.slice(start, end);
    });
  }

  async *list(
    prefix: string,
    { after }: { readonly after?: ObjectKey } = {},
  ): AsyncGenerator<ObjectInfo> {
    this.#checkOpen();
    checkListPrefix(prefix);
    const found = await this.#step("list", "list", prefix, () => {
      const directory = lookup(this.#root, prefix.slice(0, -1));
      return (directory?.kind === "directory" ? [...filesBelow(directory, prefix)] : [])
        .filter(([path]) => after === undefined || path > after)
        .map(([path, file]) => ({ path, ...infoOf(file) }));
    });
    // Keys are ASCII, whose order in JavaScript is that of their bytes.
    for (const { path, ...info } of found.sort((a, b) => (a.path < b.path ? -1 : 1))) {
      if (isStoredKey(path)) yield { key: path, ...info };
    }
  }

  location(key: ObjectKey): string {
    return `simulated:${checkStoredKey(key)}`;
  }

  removeStaged(_operation: OperationRef, keys: readonly ObjectKey[]): Promise<void> {
    return this.#remove("removeStaged", keys);
  }

  removeSidecar({ operationId, branchId }: OperationRef): Promise<void> {
    return this.#remove("removeSidecar", [formatSidecarKey(operationId, branchId)]);
  }

  removeSession(session: SessionId): Promise<void> {
    return this.#remove("removeSession", [formatSessionKey(session)]);
  }

  removeUnreferenced(keys: readonly ObjectKey[], _floor: Version): Promise<void> {
    return this.#remove("removeUnreferenced", keys);
  }

  async replaceView(
    key: ObjectKey,
    shows: Version,
    body: Uint8Array,
  ): Promise<"replaced" | "newer"> {
    this.#check(key);
    const found = await this.#step("replaceView", "read", key, () => lookupFile(this.#root, key));
    if (found !== undefined && (viewVersion(found.content) ?? -1) > shows) return "newer";
    await this.#replace("replaceView", key, body, "full");
    await this.#writer.syncDirectory("replaceView", parentOf(key));
    return "replaced";
  }

  async showPart(
    view: ObjectKey,
    part: ObjectKey,
    how: "link" | "copy",
  ): Promise<"shown" | "blocked"> {
    this.#check(view);
    this.#check(part);
    const file = await this.#step("showPart", "read", part, () => lookupFile(this.#root, part));
    if (file === undefined) throw new IoError("NOT_FOUND", `there is no part ${part}`);
    if (isBlocked(this.#root, view)) return "blocked";
    if (how === "copy") {
      await this.#replace("showPart", view, file.content, "full");
    } else {
      await this.#writer.prepareDirectory("showPart", view, "full");
      await this.#step("showPart", "rename", view, () => setEntry(this.#root, view, file));
    }
    await this.#writer.syncDirectory("showPart", parentOf(view));
    return "shown";
  }

  removeViews(views: readonly ObjectKey[]): Promise<void> {
    return this.#remove("removeViews", views);
  }

  async setAside(key: ObjectKey, as: ObjectKey): Promise<void> {
    this.#check(key);
    this.#check(as);
    const file = await this.#step("setAside", "stat", key, () => lookupFile(this.#root, key));
    if (file === undefined) return;
    await this.#writer.prepareDirectory("setAside", as, "full");
    const isFree = await this.#step("setAside", "link", as, () => {
      if (lookup(this.#root, as) !== undefined) return false;
      setEntry(this.#root, as, file);
      return true;
    });
    if (!isFree) throw quarantineTaken(as);
    await this.#writer.syncDirectory("setAside", parentOf(as));
    await this.#step("setAside", "unlink", key, () => {
      if (lookupFile(this.#root, key) !== undefined) setEntry(this.#root, key, undefined);
    });
    await this.#writer.syncDirectory("setAside", parentOf(key));
  }

  replaceLease(key: ObjectKey, body: Uint8Array): Promise<void> {
    return this.#replace("replaceLease", key, body, "full");
  }

  replaceHint(key: ObjectKey, body: Uint8Array): Promise<void> {
    return this.#replace("replaceHint", key, body, "process");
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async #replace(
    verb: StorageVerb,
    key: ObjectKey,
    body: Uint8Array,
    durability: Durability,
  ): Promise<void> {
    this.#check(key);
    const content = await collectBody(body);
    await this.#writer.prepareDirectory(verb, key, durability);
    const temporary = await this.#writer.writeTemporary(verb, key, content, durability);
    try {
      await this.#writer.rename(verb, temporary, key);
    } catch (error) {
      await this.#writer.unlinkTemporary(verb, temporary);
      throw error;
    }
  }

  /** Not synced: a removal that a loss of power takes back is done again by whoever finds it. */
  async #remove(verb: StorageVerb, keys: readonly ObjectKey[]): Promise<void> {
    this.#checkOpen();
    keys.forEach(checkStoredKey);
    for (const key of keys) {
      await this.#step(verb, "unlink", key, () => {
        if (lookupFile(this.#root, key) !== undefined) setEntry(this.#root, key, undefined);
      });
    }
  }

  #step<Result>(
    verb: StorageVerb,
    step: StorageStep,
    key: string,
    effect: () => Result,
  ): Promise<Result> {
    return this.process.step({ verb, step, key }, effect);
  }

  #check(key: ObjectKey): void {
    this.#checkOpen();
    checkStoredKey(key);
  }

  #checkOpen(): void {
    this.process.checkAlive();
    if (this.#isClosed) {
      throw new IoError("CLOSED", `the store of ${this.process.name} is closed: open it again`);
    }
  }
}

function infoOf({ content, modifiedAt, identity }: SimulatedFile): Omit<ObjectInfo, "key"> {
  return { sizeBytes: content.byteLength, modifiedAt, identity };
}

/** Whether a directory is in the way of a file, or a file in that of its directories. */
function isBlocked(root: SimulatedDirectory, view: string): boolean {
  if (lookup(root, view)?.kind === "directory") return true;
  for (let at = parentOf(view); at !== ""; at = parentOf(at)) {
    if (lookup(root, at)?.kind === "file") return true;
  }
  return false;
}

/** Counts what is asked of a store: for cost tests, which pin the calls of one commit or one open. */
import type { ObjectKey, OperationRef, SessionId, Version } from "@crv/core";
import type {
  CreateOptions,
  CreateOutcome,
  GetOptions,
  ObjectBody,
  ObjectInfo,
  ObjectStore,
} from "../object-store.js";
import type { InlineCommitResidual } from "../residual.js";
import type { StorageVerb } from "./storage-call.js";

export interface CountedCall {
  readonly verb: StorageVerb;
  /** Key, prefix of a list, or the operation or session whose note goes. */
  readonly key: string;
  /** Bytes that a create or replace was given, or a get gave. */
  bytes: number;
}

export class CountingStore implements ObjectStore, InlineCommitResidual {
  readonly #inner: ObjectStore & InlineCommitResidual;
  #trace: CountedCall[] = [];

  constructor(inner: ObjectStore & InlineCommitResidual) {
    this.#inner = inner;
  }

  get capabilities(): ObjectStore["capabilities"] {
    return this.#inner.capabilities;
  }

  /** Calls in the order in which they were made. Removal of several keys is a call for each. */
  get trace(): readonly CountedCall[] {
    return this.#trace;
  }

  /** How many calls of `verb` there were; without it, of all. */
  count(verb?: StorageVerb): number {
    return this.#callsOf(verb).length;
  }

  /** Bytes that went through calls of `verb`; without it, through all. */
  bytes(verb?: StorageVerb): number {
    return this.#callsOf(verb).reduce((sum, call) => sum + call.bytes, 0);
  }

  /** Starts to count anew. */
  reset(): void {
    this.#trace = [];
  }

  async create(key: ObjectKey, body: ObjectBody, options: CreateOptions): Promise<CreateOutcome> {
    for (const earlier of options.after ?? []) this.#record("makeDurable", earlier);
    const call = this.#record("create", key, body instanceof Uint8Array ? body.byteLength : 0);
    const counted = body instanceof Uint8Array ? body : countPieces(body, call);
    return this.#inner.create(key, counted, options);
  }

  makeDurable(key: ObjectKey): Promise<boolean> {
    this.#record("makeDurable", key);
    return this.#inner.makeDurable(key);
  }

  takeTurn(prefix: string): Promise<() => Promise<void>> {
    this.#record("takeTurn", prefix);
    return this.#inner.takeTurn(prefix);
  }

  stat(key: ObjectKey): Promise<ObjectInfo | undefined> {
    this.#record("stat", key);
    return this.#inner.stat(key);
  }

  async get(key: ObjectKey, options: GetOptions): Promise<Uint8Array | undefined> {
    const call = this.#record("get", key);
    const bytes = await this.#inner.get(key, options);
    call.bytes = bytes?.byteLength ?? 0;
    return bytes;
  }

  list(prefix: string, options?: { readonly after?: ObjectKey }): AsyncIterable<ObjectInfo> {
    this.#record("list", prefix);
    return this.#inner.list(prefix, options);
  }

  location(key: ObjectKey): string {
    return this.#inner.location(key);
  }

  removeStaged(operation: OperationRef, keys: readonly ObjectKey[]): Promise<void> {
    for (const key of keys) this.#record("removeStaged", key);
    return this.#inner.removeStaged(operation, keys);
  }

  removeSidecar(operation: OperationRef): Promise<void> {
    this.#record("removeSidecar", operation.operationId);
    return this.#inner.removeSidecar(operation);
  }

  removeSession(session: SessionId): Promise<void> {
    this.#record("removeSession", session);
    return this.#inner.removeSession(session);
  }

  removeUnreferenced(keys: readonly ObjectKey[], floor: Version): Promise<void> {
    for (const key of keys) this.#record("removeUnreferenced", key);
    return this.#inner.removeUnreferenced(keys, floor);
  }

  replaceView(key: ObjectKey, shows: Version, body: Uint8Array): Promise<"replaced" | "newer"> {
    this.#record("replaceView", key, body.byteLength);
    return this.#inner.replaceView(key, shows, body);
  }

  showPart(view: ObjectKey, part: ObjectKey, how: "link" | "copy"): Promise<"shown" | "blocked"> {
    this.#record("showPart", view);
    return this.#inner.showPart(view, part, how);
  }

  removeViews(views: readonly ObjectKey[]): Promise<void> {
    for (const key of views) this.#record("removeViews", key);
    return this.#inner.removeViews(views);
  }

  setAside(key: ObjectKey, as: ObjectKey): Promise<void> {
    this.#record("setAside", key);
    return this.#inner.setAside(key, as);
  }

  replaceLease(key: ObjectKey, body: Uint8Array): Promise<void> {
    this.#record("replaceLease", key, body.byteLength);
    return this.#inner.replaceLease(key, body);
  }

  replaceHint(key: ObjectKey, body: Uint8Array): Promise<void> {
    this.#record("replaceHint", key, body.byteLength);
    return this.#inner.replaceHint(key, body);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #record(verb: StorageVerb, key: string, bytes = 0): CountedCall {
    const call = { verb, key, bytes };
    this.#trace.push(call);
    return call;
  }

  #callsOf(verb: StorageVerb | undefined): readonly CountedCall[] {
    return verb === undefined ? this.#trace : this.#trace.filter((call) => call.verb === verb);
  }
}

async function* countPieces(
  pieces: AsyncIterable<Uint8Array>,
  call: CountedCall,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    call.bytes += piece.byteLength;
    yield piece;
  }
}

/** Every call of a store that takes a key, for what must hold of all of them. */
import type { ObjectKey, OperationId, OperationRef, SessionId } from "@crv/core";
import { MAIN_BRANCH } from "@crv/core";
import { bytesOf, FULL, key, keysUnder } from "./sample.js";
import type { TestedStore } from "./subject.js";

export const OPERATION: OperationRef = {
  operationId: "01ARZ3NDEKTSV4RRFFQ69G5FAV" as OperationId,
  branch: MAIN_BRANCH,
  base: 0,
};

export const SESSION = "01ARZ3NDEKTSV4RRFFQ69G5FAV" as SessionId;

export type StoreCall = (store: TestedStore, at: ObjectKey) => Promise<unknown>;

export const KEYED_CALLS: Readonly<Record<string, StoreCall>> = {
  create: (store, at) => store.create(at, bytesOf("x"), FULL),
  makeDurable: (store, at) => store.makeDurable(at),
  stat: (store, at) => store.stat(at),
  get: (store, at) => store.get(at, { sizeBytesMax: 100 }),
  removeStaged: (store, at) => store.removeStaged(OPERATION, [at]),
  removeUnreferenced: (store, at) => store.removeUnreferenced([at], 1),
  replaceView: (store, at) => store.replaceView(at, 1, bytesOf('{"run_version":1}')),
  removeViews: (store, at) => store.removeViews([at]),
  setAside: (store, at) => store.setAside(at, key("set/aside")),
  replaceLease: (store, at) => store.replaceLease(at, bytesOf("x")),
  replaceHint: (store, at) => store.replaceHint(at, bytesOf("x")),
};

export const EVERY_CALL: Readonly<Record<string, StoreCall>> = {
  ...KEYED_CALLS,
  list: (store) => keysUnder(store),
  takeTurn: (store) => store.takeTurn("_log/"),
  removeSidecar: (store) => store.removeSidecar(OPERATION),
  removeSession: (store) => store.removeSession(SESSION),
};

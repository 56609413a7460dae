/**
 * A run in memory: the store that is right because there is nothing to it. Others are compared with
 * it; it survives nothing.
 */
import {
  type Clock,
  formatSessionKey,
  formatSidecarKey,
  IoError,
  type ObjectKey,
  sealOf,
} from "@crv/core";
import {
  checkListPrefix,
  checkStoredKey,
  collectBody,
  type ObjectInfo,
  type ObjectStore,
  readWindow,
} from "@crv/storage-trait/object-store";
import {
  type InlineCommitResidual,
  quarantineTaken,
  viewVersion,
} from "@crv/storage-trait/residual";

interface StoredObject {
  readonly content: Uint8Array;
  readonly modifiedAt: Date;
}

/** @param options.clock Gives objects their times. */
export function createMemoryStore({
  clock,
}: {
  readonly clock: Clock;
}): ObjectStore & InlineCommitResidual {
  const objects = new Map<ObjectKey, StoredObject>();
  let isClosed = false;

  const checkOpen = (): void => {
    if (isClosed) throw new IoError("CLOSED", "this run in memory was closed: it is gone");
  };
  const check = (key: ObjectKey): void => {
    checkOpen();
    checkStoredKey(key);
  };
  const infoOf = (key: ObjectKey, { content, modifiedAt }: StoredObject): ObjectInfo => ({
    key,
    sizeBytes: content.byteLength,
    modifiedAt,
  });
  const put = (key: ObjectKey, content: Uint8Array): void => {
    objects.set(key, { content, modifiedAt: clock.now() });
  };
  const replace = async (key: ObjectKey, body: Uint8Array): Promise<void> => {
    check(key);
    put(key, body.slice());
  };
  const remove = async (keys: readonly ObjectKey[]): Promise<void> => {
    checkOpen();
    keys.forEach(check);
    for (const key of keys) objects.delete(key);
  };

  return {
    capabilities: { atomicCreate: true, durable: false, locations: false },
    async create(key, body, { after = [] }) {
      check(key);
      after.forEach(check);
      const content = await collectBody(body);
      const seal = await sealOf(content);
      if (objects.has(key)) return { kind: "exists" };
      put(key, content);
      return { kind: "created", seal };
    },
    async makeDurable(key) {
      check(key);
      return objects.has(key);
    },
    async takeTurn() {
      checkOpen();
      return async () => {};
    },
    async stat(key) {
      check(key);
      const found = objects.get(key);
      return found && infoOf(key, found);
    },
    async get(key, options) {
      check(key);
      const content = objects.get(key)?.content;
      if (content === undefined) return undefined;
      const { start, end } = readWindow(key, content.byteLength, options);
      return content.slice(start, end);
    },
    async *list(prefix, { after } = {}) {
      checkOpen();
      checkListPrefix(prefix);
      const isListed = (key: ObjectKey): boolean =>
        key.startsWith(prefix) && (after === undefined || key > after);
      // Keys are ASCII, whose order in JavaScript is that of their bytes.
      for (const key of [...objects.keys()].filter(isListed).sort()) {
        const found = objects.get(key);
        if (found !== undefined) yield infoOf(key, found);
      }
    },
    location: (key) => `memory:${checkStoredKey(key)}`,
    removeStaged: (_operation, keys) => remove(keys),
    removeSidecar: ({ operationId, branchId }) => remove([formatSidecarKey(operationId, branchId)]),
    removeSession: (session) => remove([formatSessionKey(session)]),
    removeUnreferenced: (keys, _floor) => remove(keys),
    async replaceView(key, shows, body) {
      check(key);
      const shown = viewVersion(objects.get(key)?.content ?? new Uint8Array());
      if (shown !== undefined && shown > shows) return "newer";
      await replace(key, body);
      return "replaced";
    },
    async showPart(view, part) {
      check(view);
      check(part);
      const content = objects.get(part)?.content;
      if (content === undefined) throw new IoError("NOT_FOUND", `there is no part ${part}`);
      const isBlocked = [...objects.keys()].some(
        (key) => key.startsWith(`${view}/`) || view.startsWith(`${key}/`),
      );
      if (isBlocked) return "blocked";
      put(view, content);
      return "shown";
    },
    removeViews: remove,
    async setAside(key, as) {
      check(key);
      check(as);
      const found = objects.get(key);
      if (found === undefined) return;
      if (objects.has(as)) throw quarantineTaken(as);
      objects.set(as, found);
      objects.delete(key);
    },
    replaceLease: replace,
    replaceHint: replace,
    async close() {
      isClosed = true;
    },
  };
}

/**
 * The store of a run as one of its branches sees it: the log, checkpoints and sidecars are those of the
 * branch, all else is of the run. Whatever works on a run works on a branch through it.
 * Source: docs/format/branches.md, "Where things are".
 */
import { type BranchId, formatBranchKey, formatBranchPrefix, type ObjectKey } from "@crv/core";
import type {
  GetOptions,
  ObjectInfo,
  ObjectReader,
  ObjectStore,
} from "@crv/storage-trait/object-store";
import type { InlineCommitResidual } from "@crv/storage-trait/residual";

export function branchReader(inner: ObjectReader, branch: BranchId): ObjectReader {
  const keyOf = (key: ObjectKey): ObjectKey => formatBranchKey(branch, key);
  return {
    capabilities: inner.capabilities,
    async stat(key) {
      const info = await inner.stat(keyOf(key));
      return info && { ...info, key };
    },
    get: (key: ObjectKey, options: GetOptions) => inner.get(keyOf(key), options),
    list: (prefix, options) => listBranch(inner, branch, prefix, options?.after),
    location: (key) => inner.location(keyOf(key)),
    close: () => inner.close(),
  };
}

export function branchStore(inner: ObjectStore, branch: BranchId): ObjectStore {
  const keyOf = (key: ObjectKey): ObjectKey => formatBranchKey(branch, key);
  return {
    ...branchReader(inner, branch),
    create: (key, body, { after = [], ...options }) =>
      inner.create(keyOf(key), body, { ...options, after: after.map(keyOf) }),
    makeDurable: (key) => inner.makeDurable(keyOf(key)),
    takeTurn: (prefix) => inner.takeTurn(formatBranchKey(branch, prefix)),
  };
}

export function branchResidual(
  inner: InlineCommitResidual,
  branch: BranchId,
): InlineCommitResidual {
  return {
    removeStaged: (operation, keys) => inner.removeStaged(operation, keys),
    removeSidecar: (operation) => inner.removeSidecar({ ...operation, branchId: branch }),
    removeSession: (session) => inner.removeSession(session),
    removeUnreferenced: (keys, floor) =>
      inner.removeUnreferenced(
        keys.map((key) => formatBranchKey(branch, key)),
        floor,
      ),
    replaceView: (key, shows, body) => inner.replaceView(key, shows, body),
    showPart: (view, part, how) => inner.showPart(view, part, how),
    removeViews: (views) => inner.removeViews(views),
    setAside: (key, as) => inner.setAside(formatBranchKey(branch, key), as),
    replaceLease: (key, body) => inner.replaceLease(formatBranchKey(branch, key), body),
    replaceHint: (key, body) => inner.replaceHint(formatBranchKey(branch, key), body),
  };
}

/** Its own directory is hidden from a list of it. */
async function* listBranch(
  inner: ObjectReader,
  branch: BranchId,
  prefix: string,
  after: ObjectKey | undefined,
): AsyncIterable<ObjectInfo> {
  const from = after === undefined ? {} : { after: formatBranchKey(branch, after) };
  const own = formatBranchPrefix(branch);
  for await (const info of inner.list(formatBranchKey(branch, prefix), from)) {
    const key = info.key.startsWith(own) ? (info.key.slice(own.length) as ObjectKey) : info.key;
    yield { ...info, key };
  }
}

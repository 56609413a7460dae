/** A storage that shows one version for ever: the same reads, and no writes. */
import type { RunId, Version } from "@crv/core";
import { IoError } from "@crv/core";
import { type RunState, tableManifest } from "@crv/manifest";
import type { SnapshotHandle, StagedStorage } from "@crv/storage-trait";
import { sealed } from "@crv/storage-trait/seal";
import { pinState, stateOf } from "./snapshot.js";

/**
 * @param pin Of `storage`; closed when the result is. `storage` stays open.
 * @returns not sealed yet.
 */
export function pinStorage(storage: StagedStorage, pin: SnapshotHandle): StagedStorage {
  const { runId, version } = pin;
  const state = stateOf(pin);
  let isClosed = false;
  const pinned = (): RunState => {
    if (!isClosed) return state;
    throw new IoError("CLOSED", `version ${version} of run ${runId} is closed: open it again`, {
      details: { what: "version", runId, version },
    });
  };
  const refuse = async (): Promise<never> => {
    pinned();
    throw readsOnly(runId, version);
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    await pin.close();
  };
  return {
    [sealed]: "storage",
    runId,
    branch: pin.branch,
    version,
    damagedAt: undefined,
    snapshot: async () => pinState(runId, pinned(), pin.branch),
    at: async (target) => {
      pinned();
      return storage.at(target);
    },
    plan: (snapshot, request) => storage.plan(snapshot, request),
    scan: (snapshot, request) => storage.scan(snapshot, request),
    scanParts: (parts, request) => {
      pinned();
      return storage.scanParts(parts, request);
    },
    manifest: (snapshot, table) => tableManifest(stateOf(snapshot), table, snapshot.branch),
    artifact: (snapshot, name) => storage.artifact(snapshot, name),
    artifacts: (snapshot, prefix) => storage.artifacts(snapshot, prefix),
    readMember: async (member, range) => {
      pinned();
      return storage.readMember(member, range);
    },
    async *commits(range = {}) {
      pinned();
      for await (const record of storage.commits(range)) {
        if (record.version > version) return;
        yield record;
      }
    },
    append: refuse,
    begin: refuse,
    cleanup: refuse,
    hold: refuse,
    merge: refuse,
    optimize: refuse,
    resolve: refuse,
    trimLog: refuse,
    publishView: refuse,
    writeBundle: refuse,
    foreign: undefined,
    adopt: refuse,
    refs: () => storage.refs(),
    diff: (from, to, options) => storage.diff(from, to, options),
    createBranch: refuse,
    deleteBranch: refuse,
    createTag: refuse,
    deleteTag: refuse,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function readsOnly(runId: RunId, version: Version): IoError {
  return new IoError(
    "READ_ONLY",
    `this is version ${version} of run ${runId}, which never changes: write to the run itself`,
    { details: { runId, version } },
  );
}

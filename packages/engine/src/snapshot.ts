/** Snapshots: a pinned state of the run, behind an opaque handle. */
import { type BranchName, IoError, MAIN_BRANCH, type RunId, type TableKey } from "@crv/core";
import { type RunState, tableVersionOf } from "@crv/manifest";
import type { SnapshotHandle } from "@crv/storage-trait";
import { handleKind, sealed } from "@crv/storage-trait/seal";

interface Pin {
  readonly state: RunState;
  closed: boolean;
}

const snapshots = handleKind<SnapshotHandle, Pin>("snapshot");

/** A handle of `state`. States are immutable, so holding one is all that pinning takes. */
export function pinState(
  runId: RunId,
  state: RunState,
  branch: BranchName = MAIN_BRANCH,
): SnapshotHandle {
  const pin: Pin = { state, closed: false };
  const close = (): Promise<void> => {
    pin.closed = true;
    return Promise.resolve();
  };
  return snapshots.seal(
    {
      [sealed]: "snapshot",
      runId,
      branch,
      version: state.version,
      descriptor: (table: TableKey) => state.tables.get(table)?.descriptor,
      tableVersion: (table: TableKey) => tableVersionOf(state, table),
      tables: () => [...state.tables.keys()].sort(),
      close,
      [Symbol.asyncDispose]: close,
    },
    pin,
  );
}

/** @throws IoError `FOREIGN_HANDLE`, `CLOSED`. */
export function stateOf(snapshot: SnapshotHandle): RunState {
  const pin = snapshots.open(snapshot);
  if (!pin.closed) return pin.state;
  throw new IoError(
    "CLOSED",
    `the snapshot of version ${pin.state.version} is closed: take a new one`,
    {
      details: { what: "snapshot", version: pin.state.version },
    },
  );
}

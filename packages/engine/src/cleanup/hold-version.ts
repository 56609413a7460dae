/** A reader lease: taken, renewed, returned. Source: docs/format/lease.md. */
import { formatLeaseKey, IoError, MAIN_BRANCH, type ObjectKey, show } from "@crv/core";
import { readFloor } from "@crv/manifest";
import { checkLeaseMs, encodeLease, leaseDeadline } from "@crv/recovery";
import type { HeldVersion, SnapshotHandle } from "@crv/storage-trait";
import type { EngineContext } from "../engine-context.js";

/**
 * Keeps a version of main and what it names from cleanup.
 *
 * @throws IoError `NOT_FOUND` when the version is not kept any more, `INVALID_ARGUMENT` for one of another
 *   branch, `IO`.
 */
export async function holdVersion(
  context: EngineContext,
  { branch, version }: Pick<SnapshotHandle, "branch" | "version">,
  forMs: number,
): Promise<HeldVersion> {
  checkLeaseMs(forMs);
  if (branch !== MAIN_BRANCH) {
    throw new IoError(
      "INVALID_ARGUMENT",
      `version ${version} is of branch ${show(branch)}: its versions stay for as long as it is there, and need not be held`,
      { details: { branch, version } },
    );
  }
  const { store, residual, liveness, clock } = context;
  const key = formatLeaseKey(context.mintId());
  const owner = await liveness.self();
  const encode = () => encodeLease({ version, owner, leaseDeadline: leaseDeadline(clock, forMs) });
  const outcome = await store.create(key, await encode(), { durability: "full" });
  const release = (): Promise<void> => returnLease(context, key);
  // Rule `rootcheck`: durable first, then the floor.
  const floor = await readFloor(store);
  if (outcome.kind !== "created" || floor > version) {
    await release();
    throw outcome.kind === "created"
      ? new IoError("NOT_FOUND", `version ${version} was cleaned up: the oldest kept is ${floor}`, {
          details: { version, floor },
        })
      : new IoError("IO", "the store did not confirm the lease: try again");
  }
  return {
    version,
    renew: async () => residual.replaceLease(key, await encode()),
    release,
    [Symbol.asyncDispose]: release,
  };
}

async function returnLease({ store, residual }: EngineContext, key: ObjectKey): Promise<void> {
  await residual.removeUnreferenced([key], await readFloor(store));
}

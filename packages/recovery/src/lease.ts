/**
 * Leases of operations: how long a writer may be silent before others may fence it. They bound the
 * delay of recovery, not its safety: a writer that wakes up after its lease finds itself fenced.
 */
import type { Clock } from "@crv/core";
import type { Liveness } from "@crv/storage-trait/liveness";
import type { Sidecar } from "./sidecar.js";

/** Far above a pause of garbage collection or a slow disk, short enough to wait for. */
export const LEASE_MS = 60_000;

/** Renewed when half is used up. */
export const LEASE_RENEWAL_MS = LEASE_MS / 2;

export function leaseDeadline(clock: Clock): string {
  return new Date(clock.now().getTime() + LEASE_MS).toISOString();
}

/**
 * Whether the operation may be fenced: its owner is provably dead, or its lease has run out. A living
 * owner's lease counts too, since it may be stopped for ever; fencing makes that safe.
 */
export async function isLeaseOver(
  sidecar: Sidecar,
  liveness: Liveness,
  clock: Clock,
): Promise<boolean> {
  if (Date.parse(sidecar.leaseDeadline) <= clock.now().getTime()) return true;
  return (await liveness.probe(sidecar.owner)) === "dead";
}

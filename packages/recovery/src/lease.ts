/**
 * Leases of operations: how long a writer may be silent before others may fence it. They bound the
 * delay of recovery, not its safety: a writer that wakes up after its lease finds itself fenced.
 */
import { type Clock, IoError, show } from "@crv/core";
import type { Liveness } from "@crv/storage-trait/liveness";
import type { Sidecar } from "./sidecar.js";

/** Default. Far above a pause of garbage collection or a slow disk, short enough to wait for. */
export const LEASE_MS = 60_000;

/** A shorter one would run out while a healthy writer syncs its first part. */
export const LEASE_MS_MIN = 100;

/** A day: what a writer on another machine left must be settled some time. */
export const LEASE_MS_MAX = 24 * 60 * 60 * 1000;

/** @throws IoError `INVALID_ARGUMENT` for anything but a whole number within the bounds. */
export function checkLeaseMs(leaseMs: unknown): void {
  const isWhole = Number.isSafeInteger(leaseMs);
  if (isWhole && (leaseMs as number) >= LEASE_MS_MIN && (leaseMs as number) <= LEASE_MS_MAX) return;
  throw new IoError(
    "INVALID_ARGUMENT",
    `leaseMs must be a whole number of milliseconds from ${LEASE_MS_MIN} to ${LEASE_MS_MAX} (got: ${show(leaseMs)})`,
    { details: { what: "leaseMs", value: leaseMs, min: LEASE_MS_MIN, max: LEASE_MS_MAX } },
  );
}

export function leaseDeadline(clock: Clock, leaseMs: number): string {
  return new Date(clock.now().getTime() + leaseMs).toISOString();
}

/** When a lease that begins now is renewed, in ms since 1970: when half of it is used up. */
export function leaseRenewalAtMs(clock: Clock, leaseMs: number): number {
  return clock.now().getTime() + leaseMs / 2;
}

/**
 * Whether the operation may be fenced: its owner is provably dead, or its lease has run out. A living
 * owner's lease counts too, since it may be stopped for ever; fencing makes that safe.
 */
export async function isLeaseOver(
  sidecar: Pick<Sidecar, "leaseDeadline" | "owner">,
  liveness: Liveness,
  clock: Clock,
): Promise<boolean> {
  if (Date.parse(sidecar.leaseDeadline) <= clock.now().getTime()) return true;
  return (await liveness.probe(sidecar.owner)) === "dead";
}

/**
 * Reader leases: who reads an old version for longer than the grace of cleanup says so, and cleanup
 * keeps the version until the lease is returned, runs out, or its owner is provably dead.
 * Source: docs/format/lease.md.
 */
import {
  type Clock,
  CrvError,
  FORMAT_VERSION,
  LEASE_PREFIX,
  type ObjectKey,
  parseLeaseKey,
  SMALL_FILE_BYTES_MAX,
  type Version,
} from "@crv/core";
import { decodeDocument, encodeDocument, timeShape, versionShape } from "@crv/manifest";
import type { Liveness, ProcessIdentity } from "@crv/storage-trait/liveness";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { z } from "zod";
import { isLeaseOver } from "./lease.js";
import { ownerShape, writeOwner } from "./owner.js";

export interface ReaderLease {
  /** Oldest version that is read under it. */
  readonly version: Version;
  readonly owner: ProcessIdentity;
  readonly leaseDeadline: string;
}

export interface FoundLease {
  readonly key: ObjectKey;
  /** Undefined when it cannot be read: then it is over by its age alone. */
  readonly lease: ReaderLease | undefined;
  readonly isOver: boolean;
}

/** One that cannot be read holds cleanup up for so long, counted from when it was written. */
const TORN_MS = 24 * 60 * 60 * 1000;

const leaseShape: z.ZodType<ReaderLease> = z
  .object({
    format: z.literal(FORMAT_VERSION),
    version: versionShape,
    owner: ownerShape,
    lease_deadline: timeShape,
  })
  .transform((l) => ({
    version: l.version,
    owner: l.owner,
    leaseDeadline: l.lease_deadline,
  }));

export function encodeLease({ version, owner, leaseDeadline }: ReaderLease): Promise<Uint8Array> {
  return encodeDocument({
    format: FORMAT_VERSION,
    version,
    owner: writeOwner(owner),
    lease_deadline: leaseDeadline,
  });
}

/** @throws IoManifestError `CORRUPT`, VersionMismatch `FORMAT_UNSUPPORTED`. */
export function decodeLease(key: ObjectKey, bytes: Uint8Array): Promise<ReaderLease> {
  return decodeDocument(key, bytes, leaseShape);
}

/** All leases that are there. */
export async function listLeases(
  store: ObjectReader,
  liveness: Liveness,
  clock: Clock,
): Promise<readonly FoundLease[]> {
  const found: FoundLease[] = [];
  for await (const { key, modifiedAt } of store.list(LEASE_PREFIX)) {
    if (parseLeaseKey(key) === undefined) continue;
    const bytes = await store.get(key, { sizeBytesMax: SMALL_FILE_BYTES_MAX });
    if (bytes === undefined) continue;
    const lease = await decodeLease(key, bytes).catch(ifTorn);
    const age = clock.now().getTime() - modifiedAt.getTime();
    const isOver = lease ? await isLeaseOver(lease, liveness, clock) : age > TORN_MS;
    found.push({ key, lease, isOver });
  }
  return found;
}

function ifTorn(error: unknown): undefined {
  if (error instanceof CrvError && error.code === "CORRUPT") return undefined;
  throw error;
}

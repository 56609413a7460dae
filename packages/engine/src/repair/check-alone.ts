/** Whether nobody else may write: records are only set aside then, since their numbers become free. */
import {
  BRANCHES_PREFIX,
  CrvError,
  IoError,
  parseBranchKey,
  parseSidecarKey,
  type SessionId,
  SIDECAR_BYTES_MAX,
  SIDECAR_PREFIX,
} from "@crv/core";
import { decodeSidecar, isLeaseOver, othersAtWork } from "@crv/recovery";
import type { OpenStorageOptions } from "../open-storage.js";

/** @throws IoError `IN_USE`: nothing was changed. */
export async function checkAlone(
  { store, liveness, clock }: OpenStorageOptions,
  own: SessionId | undefined,
): Promise<void> {
  const others = await othersAtWork(store, liveness, own);
  if (others !== undefined) throw inUse(others);
  for (const prefix of [SIDECAR_PREFIX, BRANCHES_PREFIX]) {
    for await (const { key } of store.list(prefix)) {
      const id = parseSidecarKey(parseBranchKey(key)?.key ?? key);
      if (id === undefined) continue;
      const bytes = await store.get(key, { sizeBytesMax: SIDECAR_BYTES_MAX });
      const sidecar = bytes && (await decodeSidecar(id, bytes).catch(noneIfTorn));
      if (sidecar && !(await isLeaseOver(sidecar, liveness, clock))) throw inUse(key);
    }
  }
}

/** Its writer did not come to write it whole, or it is damaged: the lease that it had is not known. */
function noneIfTorn(error: unknown): undefined {
  if (error instanceof CrvError && error.code === "CORRUPT") return undefined;
  throw error;
}

function inUse(key: string): IoError {
  return new IoError(
    "IN_USE",
    `the run may be open for writing (${key}): records are only set aside when nobody writes; close it in that process, or wait for its lease to run out, then repair it again`,
    { details: { key } },
  );
}

/** Whether a run without records was written by another program: then to write it would hide its rows. */
import {
  FLOOR_PREFIX,
  formatManifestViewKey,
  parseTableKey,
  RECORD_BYTES_MAX,
  SIDECAR_PREFIX,
  TABLES_PREFIX,
} from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { viewVersion } from "@crv/storage-trait/residual";

/**
 * True when some table has a `manifest.json` that crv did not write: crv writes one after a commit only.
 * Requires: the run has no records.
 */
export async function isForeignRun(store: ObjectReader): Promise<boolean> {
  for await (const { key } of store.list(TABLES_PREFIX)) {
    const [, table = "", ...rest] = key.split("/");
    if (rest.join("/") !== "manifest.json" || !/^[a-z0-9_]+$/.test(table)) continue;
    const name = formatManifestViewKey(parseTableKey(table));
    const body = await store.get(name, { sizeBytesMax: RECORD_BYTES_MAX });
    if (body !== undefined && viewVersion(body) === undefined) return true;
  }
  return false;
}

/**
 * Whether what lies there is not all of a run of crv: an operation that has staged parts has a sidecar, and
 * a copy begins with a floor. Nothing of it was committed, so none of it is read.
 */
export async function isBegun(store: ObjectReader): Promise<boolean> {
  for (const prefix of [SIDECAR_PREFIX, FLOOR_PREFIX]) {
    for await (const _ of store.list(prefix)) return true;
  }
  return false;
}

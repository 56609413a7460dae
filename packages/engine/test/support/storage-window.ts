/**
 * Windows: what a storage call is, apart from the names that differ from run to run. Two calls of one
 * kind are one line of a golden list.
 */
import {
  ARTIFACTS_PREFIX,
  BUNDLE_VIEW_KEY,
  CHECKPOINT_PREFIX,
  FLOOR_PREFIX,
  HEAD_HINT_KEY,
  LOG_PREFIX,
  QUARANTINE_PREFIX,
  SEGMENT_PREFIX,
  SIDECAR_PREFIX,
  STAGING_DIRECTORY,
} from "@crv/core";
import type { StorageCall } from "@crv/storage-trait/testing";

/** `create link record`: verb, step, kind of key. */
export function windowOf({ verb, step, key }: StorageCall): string {
  return `${verb} ${step} ${keyKind(key)}`;
}

const KINDS: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [new RegExp(`^${QUARANTINE_PREFIX}`), "quarantine"],
  [new RegExp(`^${HEAD_HINT_KEY}$`), "hint"],
  [new RegExp(`^${LOG_PREFIX}\\d+\\.json$`), "record"],
  [new RegExp(`^${FLOOR_PREFIX}`), "floor"],
  [new RegExp(`^${SEGMENT_PREFIX}`), "segment"],
  [/^_checkpoints\/[a-z]+$/, "directory"],
  [new RegExp(`^${CHECKPOINT_PREFIX}`), "checkpoint"],
  [new RegExp(`^${SIDECAR_PREFIX}.*\\.json$`), "sidecar"],
  [new RegExp(`^${SIDECAR_PREFIX}$`), "sidecars"],
  [new RegExp(`^${STAGING_DIRECTORY}/`), "temporary"],
  [/^tables\/[^/]+\/manifest\.json$/, "view"],
  [new RegExp(`^${BUNDLE_VIEW_KEY}$`), "bundle"],
  [new RegExp(`^${ARTIFACTS_PREFIX}`), "artifacts"],
  [/^tables\/[^/]+\/bucket=\d+\/part-[^/]*\.keys$/, "key-filter"],
  [/^tables\/[^/]+\/bucket=\d+\/part-/, "part"],
  [/^tables\/[^/]+\/bucket=\d+$/, "bucket-directory"],
  [/^tables\/$/, "tables-directory"],
  [/^_leases\/$/, "leases"],
  [/^_(?:info|sessions)\/$/, "notes"],
  [/^tables\/[^/]+\/?$/, "table-directory"],
  [/^tables\/$/, "tables"],
  [/^tensors\/part-/, "tensor-part"],
  [/^files\/part-/, "file-part"],
  [/^(?:tensors|files)\/$/, "member-directory"],
  [/^(?:meta\.json$|batch_\d+(?:\.safetensors$|\/)|artifacts\/)/, "artifact-view"],
  [/^(?:batch_\d+|artifacts)$/, "artifact-directory"],
  [/^$/, "root-directory"],
  [/^_log\/?$/, "log-directory"],
  [/^_recovery$/, "sidecar-directory"],
  [/^_branches(\/[0-9A-Z]{26})?\/?$/, "branch-directory"],
  [/^[a-z_]+$/, "directory"],
];

/** @throws RangeError for a key of no known kind: then the tests do not know what they cover. */
function keyKind(key: string): string {
  const inBranch = /^_branches\/[0-9A-Z]{26}\/(.+)$/.exec(key)?.[1];
  if (inBranch !== undefined) return `branch-${keyKind(inBranch)}`;
  const found = KINDS.find(([pattern]) => pattern.test(key));
  if (found === undefined) throw new RangeError(`no kind of key is like "${key}"`);
  return found[1];
}

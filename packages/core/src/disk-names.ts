/**
 * Every name on disk, made and parsed here and nowhere else. Source: docs/format/layout.md.
 *
 *   crv.json                                                  store marker, in the root
 *   runs/<run id>/                                            a run; all keys below are relative to it
 *     _log/<20 digits>.json                                   commit record
 *     _log/_head                                              hint
 *     _floor/<20 digits>.json                                 lowest retained version
 *     _checkpoints/<20 digits>.json                           fold of records 1..N, whole
 *     _checkpoints/indexes/<20 digits>.json                   the same in segments, which it names
 *     _checkpoints/segments/<20 digits>-<32 hex>.arrow        segment: version that wrote it, digest
 *     _recovery/<operation id>.json                           sidecar
 *     _leases/<ulid>.json                                     reader lease
 *     _info/<20 digits>.json                                  parameters and labels of the run
 *     _sessions/<ulid>.json                                   note of a process that has the run open
 *     _branches/<branch id>/                                  _log/, _checkpoints/, _recovery/ of a branch
 *     _quarantine/<ulid>/<key>                                damaged file that a repair set aside
 *     tables/<table>/bucket=<6 or more digits>/part-<32 hex>.parquet
 *     tables/<table>/bucket=<6 or more digits>/part-<32 hex>.keys      key filter of that part
 *     tables/<table>/manifest.json                            published view
 *     bundle.manifest.json                                    run bundle
 *     tensors/part-<32 hex>.safetensors                       member of an artifact: a tensor file
 *     files/part-<32 hex>.bin                                 member of an artifact: any other file
 *     meta.json, batch_*, detectors/*, artifacts/*             views of artifacts: artifact-name.ts
 *
 * `parse…` of a foreign name is undefined: it is not ours and is left alone. A name of our own kind
 * that is malformed (`bucket=7`, an unpadded version) is an error.
 */
import { createHash } from "node:crypto";
import { IoManifestError, show } from "./errors.js";
import type { BranchId, OperationId, RunId, SessionId, TableKey } from "./id-types.js";
import { parseBranchId, parseOperationId, parseSessionId, parseTableKey } from "./ids.js";
import { type ObjectKey, parseObjectKey } from "./object-key.js";
import type { Digest } from "./seal.js";
import type { Version } from "./version.js";

export const STORE_MARKER_KEY: ObjectKey = parseObjectKey("crv.json");
export const HEAD_HINT_KEY: ObjectKey = parseObjectKey("_log/_head");
export const BUNDLE_VIEW_KEY: ObjectKey = parseObjectKey("bundle.manifest.json");

export const LOG_PREFIX = "_log/";
export const FLOOR_PREFIX = "_floor/";
export const CHECKPOINT_PREFIX = "_checkpoints/";
export const CHECKPOINT_INDEX_PREFIX = "_checkpoints/indexes/";
export const SEGMENT_PREFIX = "_checkpoints/segments/";
export const SIDECAR_PREFIX = "_recovery/";
export const BRANCHES_PREFIX = "_branches/";
export const LEASE_PREFIX = "_leases/";
export const INFO_PREFIX = "_info/";
export const SESSION_PREFIX = "_sessions/";
export const QUARANTINE_PREFIX = "_quarantine/";
export const TABLES_PREFIX = "tables/";
/** Files of the programs around a run; crv lists them in the run bundle. */
export const ARTIFACTS_PREFIX = "artifacts/";
export const TENSORS_PREFIX = "tensors/";
export const FILES_PREFIX = "files/";
/** Writes under way. Never listed, never a key. */
export const STAGING_DIRECTORY = "_tmp";
export const RUNS_DIRECTORY = "runs";

const VERSION_DIGITS = 20;
const BUCKET_DIGITS = 6;
const PART_FILE = /^tables\/([^/]+)\/bucket=([^/]+)\/part-([^/]+)\.parquet$/;
const MEMBER_FILE = /^(?:tensors\/part-([^/]+)\.safetensors|files\/part-([^/]+)\.bin)$/;
const KEY_FILTER_FILE = /^tables\/([^/]+)\/bucket=([^/]+)\/part-([^/]+)\.keys$/;

/** Directory of a run, relative to the root. */
export function formatRunDirectory(runId: RunId): string {
  return `${RUNS_DIRECTORY}/${runId}`;
}

export function formatRecordKey(version: Version): ObjectKey {
  return `${LOG_PREFIX}${padVersion(version)}.json` as ObjectKey;
}

/** @throws IoManifestError `CORRUPT` for a malformed name of this kind. */
export function parseRecordKey(key: string): Version | undefined {
  return key === HEAD_HINT_KEY ? undefined : parseVersionKey(LOG_PREFIX, key);
}

export function formatFloorKey(version: Version): ObjectKey {
  return `${FLOOR_PREFIX}${padVersion(version)}.json` as ObjectKey;
}

/** @throws IoManifestError `CORRUPT` for a malformed name of this kind. */
export function parseFloorKey(key: string): Version | undefined {
  return parseVersionKey(FLOOR_PREFIX, key);
}

export function formatCheckpointKey(version: Version): ObjectKey {
  return `${CHECKPOINT_PREFIX}${padVersion(version)}.json` as ObjectKey;
}

/** @throws IoManifestError `CORRUPT` for a malformed name of this kind. */
export function parseCheckpointKey(key: string): Version | undefined {
  return parseVersionKey(CHECKPOINT_PREFIX, key);
}

export function formatCheckpointIndexKey(version: Version): ObjectKey {
  return `${CHECKPOINT_INDEX_PREFIX}${padVersion(version)}.json` as ObjectKey;
}

/** @throws IoManifestError `CORRUPT` for a malformed name of this kind. */
export function parseCheckpointIndexKey(key: string): Version | undefined {
  return parseVersionKey(CHECKPOINT_INDEX_PREFIX, key);
}

/** @param digest Of the bytes: who has the name can check them. */
export function formatSegmentKey(version: Version, digest: Digest): ObjectKey {
  return `${SEGMENT_PREFIX}${padVersion(version)}-${digest}.arrow` as ObjectKey;
}

export interface SegmentName {
  /** Of the checkpoint that wrote it first. */
  readonly version: Version;
  readonly digest: Digest;
}

/** @throws IoManifestError `CORRUPT` for a malformed name of this kind. */
export function parseSegmentKey(key: string): SegmentName | undefined {
  const name = stem(SEGMENT_PREFIX, ".arrow", key);
  if (name === undefined) return undefined;
  const [, digits, digest] = /^(\d{20})-([0-9a-f]{32})$/.exec(name) ?? [];
  const version = Number(digits);
  if (digest === undefined || !Number.isSafeInteger(version) || version < 1) throw malformed(key);
  return { version, digest: digest as Digest };
}

/** @param branch Of the operation; absent = main. */
export function formatSidecarKey(operation: OperationId, branch?: BranchId): ObjectKey {
  const key = `${SIDECAR_PREFIX}${operation}.json` as ObjectKey;
  return branch === undefined ? key : formatBranchKey(branch, key);
}

/** What every branch has for itself; parts, views and leases are of the run. */
const BRANCH_DIRECTORIES = [LOG_PREFIX, FLOOR_PREFIX, CHECKPOINT_PREFIX, SIDECAR_PREFIX];

/** Directory of a branch other than main. Made by its first commit. */
export function formatBranchPrefix(branch: BranchId): string {
  return `${BRANCHES_PREFIX}${branch}/`;
}

/**
 * Where a branch has what main has under `key`: below its own directory, or at the same place what
 * belongs to the run. Also for prefixes of lists.
 */
export function formatBranchKey<Key extends string>(branch: BranchId, key: Key): Key {
  const isOwn = BRANCH_DIRECTORIES.some((directory) => key.startsWith(directory));
  return (isOwn ? `${formatBranchPrefix(branch)}${key}` : key) as Key;
}

export interface BranchKey {
  readonly branch: BranchId;
  /** What main has in its place. */
  readonly key: ObjectKey;
}

/** @throws IoManifestError `CORRUPT` for a malformed name of this kind. */
export function parseBranchKey(key: string): BranchKey | undefined {
  const match = /^_branches\/([^/]+)\/(.+)$/.exec(key);
  if (!match) return undefined;
  const [, id, rest] = match as unknown as [string, string, string];
  if (!BRANCH_DIRECTORIES.some((directory) => rest.startsWith(directory))) return undefined;
  return own(key, () => ({ branch: parseBranchId(id), key: parseObjectKey(rest) }));
}

/** @throws IoManifestError `CORRUPT` for a malformed name of this kind. */
export function parseSidecarKey(key: string): OperationId | undefined {
  const name = stem(SIDECAR_PREFIX, ".json", key);
  return name === undefined ? undefined : own(key, () => parseOperationId(name));
}

/** @param revision Counts the changes of a run's parameters and labels, from 1. */
export function formatInfoKey(revision: number): ObjectKey {
  return `${INFO_PREFIX}${padVersion(revision)}.json` as ObjectKey;
}

/** @throws IoManifestError `CORRUPT` for a malformed name of this kind. */
export function parseInfoKey(key: string): number | undefined {
  return parseVersionKey(INFO_PREFIX, key);
}

export function formatSessionKey(session: SessionId): ObjectKey {
  return `${SESSION_PREFIX}${session}.json` as ObjectKey;
}

/** @throws IoManifestError `CORRUPT` for a malformed name of this kind. */
export function parseSessionKey(key: string): SessionId | undefined {
  const name = stem(SESSION_PREFIX, ".json", key);
  return name === undefined ? undefined : own(key, () => parseSessionId(name));
}

/** @param id A ULID. */
export function formatLeaseKey(id: string): ObjectKey {
  return `${LEASE_PREFIX}${id}.json` as ObjectKey;
}

/** @throws IoManifestError `CORRUPT` for a malformed name of this kind. */
export function parseLeaseKey(key: string): OperationId | undefined {
  const name = stem(LEASE_PREFIX, ".json", key);
  return name === undefined ? undefined : own(key, () => parseOperationId(name));
}

/**
 * Where a repair puts a file that cannot be trusted. Nothing reads it there.
 *
 * @param id A ULID, of the repair.
 */
export function formatQuarantineKey(id: string, key: ObjectKey): ObjectKey {
  return `${QUARANTINE_PREFIX}${id}/${key}` as ObjectKey;
}

export function formatManifestViewKey(table: TableKey): ObjectKey {
  return `${TABLES_PREFIX}${table}/manifest.json` as ObjectKey;
}

/** `bucket=000123`; wider ids grow. */
export function formatBucketDirectory(bucket: number): string {
  return `bucket=${String(bucket).padStart(BUCKET_DIGITS, "0")}`;
}

/**
 * First 24 of the 32 hex digits in the names of an operation's parts; 8 digits of a counter follow.
 * Drawn from the id by SHA-256, because ids of one millisecond differ in their last digits only; and
 * from the branch, because branches share the directories of parts, and a caller may use its id on each.
 *
 * @param branch Of the operation; absent = main.
 */
export function formatPartPrefix(operation: OperationId, branch?: BranchId): string {
  const text = branch === undefined ? operation : `${operation}/${branch}`;
  return createHash("sha256").update(text, "ascii").digest("hex").slice(0, 24);
}

/** @param index Counts the parts of one operation, from 0 to 2^32-1. */
export function formatPartKey(
  table: TableKey,
  bucket: number,
  prefix: string,
  index: number,
): ObjectKey {
  const name = `part-${prefix}${index.toString(16).padStart(8, "0")}.parquet`;
  return `${TABLES_PREFIX}${table}/${formatBucketDirectory(bucket)}/${name}` as ObjectKey;
}

export interface PartName {
  readonly table: TableKey;
  readonly bucket: number;
  /** 32 hex digits. */
  readonly id: string;
}

/** @throws IoManifestError `CORRUPT` for a malformed name of this kind. */
export function parsePartKey(key: string): PartName | undefined {
  return parsePartFile(PART_FILE, key);
}

/** The key filter that stands beside a part. Requires: `part` is the key of one. */
export function formatKeyFilterKey(part: ObjectKey): ObjectKey {
  return part.replace(/\.parquet$/, ".keys") as ObjectKey;
}

/**
 * The part that a key filter is of.
 *
 * @throws IoManifestError `CORRUPT` for a malformed name of this kind.
 */
export function parseKeyFilterKey(key: string): PartName | undefined {
  return parsePartFile(KEY_FILTER_FILE, key);
}

/**
 * A member of an artifact. The counter is that of {@link formatPartKey}: an operation uses each once.
 */
export function formatMemberKey(isTensor: boolean, prefix: string, index: number): ObjectKey {
  const id = `${prefix}${index.toString(16).padStart(8, "0")}`;
  return (
    isTensor ? `${TENSORS_PREFIX}part-${id}.safetensors` : `${FILES_PREFIX}part-${id}.bin`
  ) as ObjectKey;
}

/**
 * The 32 hex digits in the name of a member.
 *
 * @throws IoManifestError `CORRUPT` for a malformed name of this kind.
 */
export function parseMemberKey(key: string): string | undefined {
  const match = MEMBER_FILE.exec(key);
  if (!match) return undefined;
  const id = (match[1] ?? match[2]) as string;
  if (!/^[0-9a-f]{32}$/.test(id)) throw malformed(key);
  return id;
}

function parsePartFile(pattern: RegExp, key: string): PartName | undefined {
  const match = pattern.exec(key);
  if (!match) return undefined;
  const [, table, bucket, id] = match as unknown as [string, string, string, string];
  const id32 = /^[0-9a-f]{32}$/.test(id);
  const number = /^\d+$/.test(bucket) ? Number(bucket) : Number.NaN;
  if (
    !id32 ||
    !Number.isSafeInteger(number) ||
    formatBucketDirectory(number) !== `bucket=${bucket}`
  ) {
    throw malformed(key);
  }
  return own(key, () => ({ table: parseTableKey(table), bucket: number, id }));
}

function padVersion(version: Version): string {
  return String(version).padStart(VERSION_DIGITS, "0");
}

function parseVersionKey(prefix: string, key: string): Version | undefined {
  const digits = stem(prefix, ".json", key);
  if (digits === undefined) return undefined;
  const version = /^\d{20}$/.test(digits) ? Number(digits) : Number.NaN;
  if (!Number.isSafeInteger(version) || version < 1) throw malformed(key);
  return version;
}

function stem(prefix: string, suffix: string, key: string): string | undefined {
  if (!key.startsWith(prefix) || !key.endsWith(suffix)) return undefined;
  const name = key.slice(prefix.length, key.length - suffix.length);
  return name.includes("/") ? undefined : name;
}

function own<T>(key: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw malformed(key, cause);
  }
}

function malformed(key: string, cause?: unknown): IoManifestError {
  return new IoManifestError(
    "CORRUPT",
    `${show(key)} is not a well-formed name of its kind: it was renamed or written by something else; move it out of the run`,
    { details: { key }, cause },
  );
}

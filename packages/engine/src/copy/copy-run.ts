/**
 * Copies of a run into another store: all of its retained versions, or the tables of one of them. The
 * digest of every part is checked on the way. Source: docs/backup.md.
 */
import {
  type ArtifactMember,
  CHECKPOINT_BYTES_MAX,
  checkSeal,
  createDigester,
  formatCheckpointKey,
  formatFloorKey,
  formatKeyFilterKey,
  formatManifestViewKey,
  formatRecordKey,
  INFO_BYTES_MAX,
  INFO_PREFIX,
  IoError,
  KEY_FILTER_BYTES_MAX,
  LOG_PREFIX,
  type ObjectKey,
  PART_BYTES_MAX,
  type PartEntry,
  parseInfoKey,
  parseRecordKey,
  RECORD_BYTES_MAX,
  type Seal,
  SMALL_FILE_BYTES_MAX,
  type TableKey,
  type Version,
} from "@crv/core";
import {
  CommitLog,
  encodeManifestView,
  type RunState,
  readFloor,
  tableManifest,
} from "@crv/manifest";
import type { ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import pMap from "p-map";
import { memberPieces } from "../read-member.js";

/** Parts copied at once: one is read while another is synced. */
const PARTS_AT_ONCE = 4;

export interface CopyOptions {
  readonly signal?: AbortSignal;
  /** Told after each part. */
  readonly onProgress?: (progress: { readonly parts: number; readonly bytes: number }) => void;
}

export interface CopyReport {
  /** Newest version of the copy, and its oldest. */
  readonly version: Version;
  readonly floor: Version;
  readonly parts: number;
  readonly bytes: number;
}

/**
 * Copies every retained version of a run, also while it is written: the copy ends with the version that
 * was the newest at the start. Parts come first and records last, so that a copy that was cut off reads as
 * an older version or none, and may be done again.
 *
 * @throws IoManifestError `CORRUPT`, IoError `CORRUPT`, `NOT_FOUND` for what is damaged in the source.
 *   IoError `ALREADY_EXISTS` when something else is in the target. `ABORTED`, `IO`.
 */
export async function copyRun(
  source: ObjectReader,
  target: ObjectStore,
  options: CopyOptions = {},
): Promise<CopyReport> {
  const log = new CommitLog(source);
  const { version } = await log.refresh();
  const floor = await readFloor(source);
  const copier = new Copier(source, target, options);
  await checkTarget(source, target, { floor, version });
  if (version >= floor) {
    const { tables, artifacts } = await log.stateAt(floor);
    for (const { parts } of tables.values()) await copier.parts(parts);
    for (const { members } of artifacts.list(floor)) await copier.members(members);
    for await (const record of log.records(floor)) {
      if (record.version > version) break;
      for (const { add } of record.tables.values()) await copier.parts(add);
      for (const members of record.artifacts?.values() ?? []) await copier.members(members);
    }
  }
  for await (const { key } of source.list(INFO_PREFIX)) {
    if (parseInfoKey(key) !== undefined) await copier.file(key, INFO_BYTES_MAX);
  }
  if (floor > 1) {
    await copier.file(formatCheckpointKey(floor - 1), CHECKPOINT_BYTES_MAX);
    await copier.file(formatFloorKey(floor), SMALL_FILE_BYTES_MAX);
  }
  for (let next = floor; next <= version; next++) {
    await copier.file(formatRecordKey(next), RECORD_BYTES_MAX);
  }
  if ((await readFloor(source)) > floor) {
    throw new IoError("IO", "cleanup removed versions while the run was copied: copy it again");
  }
  await copier.views(await log.stateAt(version));
  return { version, floor, ...copier.copied };
}

/** Records that are in the target must be those of the source: an earlier copy, or one that went on. */
async function checkTarget(
  source: ObjectReader,
  target: ObjectReader,
  { floor, version }: { readonly floor: Version; readonly version: Version },
): Promise<void> {
  const sizeBytesMax = RECORD_BYTES_MAX;
  let isKnown = true;
  for await (const { key } of target.list(LOG_PREFIX)) {
    const found = parseRecordKey(key);
    if (found === undefined) continue;
    const ours = await target.get(key, { sizeBytesMax });
    const theirs = found >= floor ? await source.get(key, { sizeBytesMax }) : undefined;
    if (found <= version) isKnown = Buffer.from(ours ?? []).equals(theirs ?? new Uint8Array());
    if (isKnown) continue;
    throw new IoError(
      "ALREADY_EXISTS",
      `the target has another ${key}: it is of another run, or of versions that the source does not keep; choose an empty one`,
      { details: { key } },
    );
  }
}

/**
 * Copies the tables of one version as plain Parquet, each with its `manifest.json`.
 *
 * @throws as {@link copyRun}.
 */
export async function exportTables(
  source: ObjectReader,
  target: ObjectStore,
  state: RunState,
  options: CopyOptions & { readonly tables?: readonly TableKey[] } = {},
): Promise<CopyReport> {
  const copier = new Copier(source, target, options);
  for (const table of options.tables ?? state.tables.keys()) {
    await copier.parts(state.tables.get(table)?.parts ?? [], false);
  }
  await copier.views(state, options.tables);
  const { version } = state;
  return { version, floor: version, ...copier.copied };
}

class Copier {
  readonly #source: ObjectReader;
  readonly #target: ObjectStore;
  readonly #options: CopyOptions;
  readonly copied = { parts: 0, bytes: 0 };

  constructor(source: ObjectReader, target: ObjectStore, options: CopyOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
  }

  async parts(parts: Iterable<PartEntry>, withKeyFilters = true): Promise<void> {
    await pMap(parts, (part) => this.#part(part, withKeyFilters), { concurrency: PARTS_AT_ONCE });
  }

  /** Derived: one that is there already shows an older or newer version, and is as good. */
  async views(state: RunState, tables: Iterable<TableKey> = state.tables.keys()): Promise<void> {
    for (const table of tables) {
      const manifest = tableManifest(state, table);
      if (manifest === undefined) continue;
      const body = encodeManifestView(manifest);
      await this.#target.create(formatManifestViewKey(table), body, { durability: "full" });
    }
  }

  async members(members: Iterable<ArtifactMember>): Promise<void> {
    await pMap(members, (member) => this.#member(member), { concurrency: PARTS_AT_ONCE });
  }

  async #member(member: ArtifactMember): Promise<void> {
    this.#checkCancelled();
    const { path, bytes } = member;
    const pieces = memberPieces(this.#source, member);
    const { kind } = await this.#target.create(path, pieces, { durability: "full" });
    if (kind !== "created") {
      // An earlier copy that was cut off.
      for await (const _ of memberPieces(this.#target, member));
      if (!(await this.#target.makeDurable(path))) throw unconfirmed(path);
    }
    this.copied.parts++;
    this.copied.bytes += bytes;
    this.#options.onProgress?.(this.copied);
  }

  #checkCancelled(): void {
    const { signal } = this.#options;
    if (!signal?.aborted) return;
    const message =
      "copying was cancelled: what was copied stays, and is used when it is done again";
    throw new IoError("ABORTED", message, { cause: signal.reason });
  }

  async #part({ path, bytes, digest, keyFilter }: PartEntry, withFilter: boolean): Promise<void> {
    this.#checkCancelled();
    await this.file(path, PART_BYTES_MAX, { sizeBytes: bytes, digest });
    const content = keyFilter?.content;
    if (withFilter && content && !("inline" in content)) {
      const filter = formatKeyFilterKey(path);
      // It is derived: a damaged one is left behind.
      const found = await this.#source.get(filter, { sizeBytesMax: KEY_FILTER_BYTES_MAX });
      if (found && (await isSealed(found, content))) await this.put(filter, found);
    }
    this.copied.parts++;
    this.copied.bytes += bytes;
    this.#options.onProgress?.(this.copied);
  }

  /** @param seal What it must be, where that is known. */
  async file(key: ObjectKey, sizeBytesMax: number, seal?: Seal): Promise<void> {
    const bytes = await this.#source.get(key, { sizeBytesMax });
    if (bytes === undefined) {
      throw new IoError("NOT_FOUND", `${key} does not exist in the source: see "crv verify"`, {
        details: { key },
      });
    }
    if (seal) await checkSeal(key, bytes, seal);
    await this.put(key, bytes);
  }

  /** What is there already must be the same: then an earlier copy was cut off. */
  async put(key: ObjectKey, bytes: Uint8Array): Promise<void> {
    const { kind } = await this.#target.create(key, bytes, { durability: "full" });
    if (kind === "created") return;
    const found = await this.#target
      .get(key, { sizeBytesMax: bytes.byteLength })
      .catch(() => undefined);
    if (found && Buffer.from(found).equals(bytes) && (await this.#target.makeDurable(key))) return;
    if (kind === "unknown") throw unconfirmed(key);
    throw new IoError("ALREADY_EXISTS", `the target has another ${key}: choose an empty one`, {
      details: { key },
    });
  }
}

function unconfirmed(key: ObjectKey): IoError {
  return new IoError("IO", `the target did not confirm ${key}: copy again`, { details: { key } });
}

async function isSealed(bytes: Uint8Array, { sizeBytes, digest }: Seal): Promise<boolean> {
  const digester = await createDigester();
  digester.update(bytes);
  return bytes.byteLength === sizeBytes && digester.finish() === digest;
}

/**
 * Copies files of a run into another store, each once, and checks the digest of what has one. What is
 * there already must be the same: then an earlier copy was cut off.
 */
import {
  type ArtifactMember,
  checkSeal,
  createDigester,
  formatKeyFilterKey,
  formatManifestViewKey,
  IoError,
  KEY_FILTER_BYTES_MAX,
  type ObjectKey,
  PART_BYTES_MAX,
  type PartEntry,
  type Seal,
  type TableKey,
  type Version,
} from "@crv/core";
import { type CommitLog, encodeManifestView, type RunState, tableManifest } from "@crv/manifest";
import { artifactViews } from "@crv/recovery";
import type { ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import type { InlineCommitResidual } from "@crv/storage-trait/residual";
import pMap from "p-map";
import { mapSource } from "../map-source.js";
import { memberPieces } from "../read-member.js";

/** Parts copied at once: one is read while another is synced. */
const PARTS_AT_ONCE = 4;

export interface CopyOptions {
  readonly signal?: AbortSignal;
  /** Told after each part. */
  readonly onProgress?: (progress: { readonly parts: number; readonly bytes: number }) => void;
}

/** Where files go; it shows those of artifacts under their names. */
export type CopyTarget = ObjectStore & Pick<InlineCommitResidual, "showPart">;

export class Copier {
  readonly #source: ObjectReader;
  readonly #target: CopyTarget;
  readonly #options: CopyOptions;
  readonly #seen = new Set<ObjectKey>();
  readonly copied = { parts: 0, bytes: 0 };

  constructor(source: ObjectReader, target: CopyTarget, options: CopyOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
  }

  async state({ version, tables, artifacts }: RunState): Promise<void> {
    for (const { parts } of tables.values()) await this.parts(parts);
    for (const { members } of artifacts.list(version)) await this.members(members);
  }

  /** What the versions after `after` add, up to `last`. */
  async added(log: CommitLog, after: Version, last = log.state.version): Promise<void> {
    for await (const record of log.records(after)) {
      if (record.version > last) break;
      for (const { add } of record.tables.values()) await this.parts(add);
      for (const members of record.artifacts?.values() ?? []) await this.members(members);
    }
  }

  async parts(parts: Iterable<PartEntry>, withKeyFilters = true): Promise<void> {
    const copy = (part: PartEntry) => this.#part(part, withKeyFilters);
    await mapSource(this.#unseen(parts), copy, PARTS_AT_ONCE);
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

  /** Of members that were copied. */
  async artifactViews({ version, artifacts }: RunState): Promise<void> {
    for (const artifact of artifacts.list(version)) {
      for (const { view, member, how } of artifactViews(artifact)) {
        await this.#target.showPart(view, member.path, how);
      }
    }
  }

  /** Members under the names of their views alone. */
  async artifactFiles({ version, artifacts }: RunState): Promise<void> {
    for (const artifact of artifacts.list(version)) {
      await pMap(artifactViews(artifact), ({ view, member }) => this.#member(member, view), {
        concurrency: PARTS_AT_ONCE,
      });
    }
  }

  async members(members: Iterable<ArtifactMember>): Promise<void> {
    const copy = (member: ArtifactMember) => this.#member(member, member.path);
    await mapSource(this.#unseen(members), copy, PARTS_AT_ONCE);
  }

  /** Versions below the floor share files with those above it. */
  *#unseen<T extends { readonly path: ObjectKey }>(files: Iterable<T>): Generator<T> {
    for (const file of files) {
      if (this.#seen.has(file.path)) continue;
      this.#seen.add(file.path);
      yield file;
    }
  }

  async #member(member: ArtifactMember, key: ObjectKey): Promise<void> {
    this.#checkCancelled();
    const { bytes } = member;
    const pieces = memberPieces(this.#source, member);
    const { kind } = await this.#target.create(key, pieces, { durability: "full" });
    if (kind !== "created") {
      // An earlier copy that was cut off.
      for await (const _ of memberPieces(this.#target, member, key));
      if (!(await this.#target.makeDurable(key))) throw unconfirmed(key);
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

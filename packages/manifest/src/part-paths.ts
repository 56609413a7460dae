/**
 * Every part path that a run's log has added, so that none is ever added twice. Grows with its log
 * and is shared by all states of it, like the ledger: a state sees the entries up to its version.
 */
import {
  type CommitRecord,
  type ObjectKey,
  parsePartKey,
  type TableKey,
  type Version,
} from "@crv/core";
import type { ArtifactIndex } from "./artifacts/artifact-index.js";
import type { PartList } from "./parts/part-list.js";

export class PartPaths {
  readonly #addedIn = new Map<ObjectKey, Version>();
  readonly #base: ReadonlyMap<TableKey, PartList>;
  readonly #baseVersion: Version;
  readonly #artifacts: ArtifactIndex | undefined;

  /** @param base Parts that a checkpoint of `version` names; likewise `artifacts`. */
  constructor(
    base: ReadonlyMap<TableKey, PartList> = new Map(),
    version: Version = 0,
    artifacts?: ArtifactIndex,
  ) {
    this.#artifacts = artifacts;
    this.#base = base;
    this.#baseVersion = version;
  }

  /** One that goes its own way from `version` on. */
  fork(version: Version): PartPaths {
    const forked = new PartPaths(this.#base, this.#baseVersion, this.#artifacts);
    for (const [path, at] of this.#addedIn) if (at <= version) forked.#addedIn.set(path, at);
    return forked;
  }

  has(path: ObjectKey, version: Version): boolean {
    const addedIn = this.#addedIn.get(path);
    if (addedIn !== undefined) return addedIn <= version;
    if (this.#baseVersion > version) return false;
    if (this.#artifacts?.isBasePath(path)) return true;
    const table = parsePartKey(path)?.table;
    return table !== undefined && this.#base.get(table)?.has(path) === true;
  }

  add(record: CommitRecord): void {
    for (const { add } of record.tables.values()) {
      for (const { path } of add) this.#addedIn.set(path, record.version);
    }
    for (const members of record.artifacts?.values() ?? []) {
      for (const { path } of members) this.#addedIn.set(path, record.version);
    }
  }
}

/**
 * Every part path that a run's log has added, so that none is ever added twice. Grows with its log
 * and is shared by all states of it, like the ledger: a state sees the entries up to its version.
 */
import type { CommitRecord, ObjectKey, Version } from "@crv/core";

export class PartPaths {
  readonly #addedIn = new Map<ObjectKey, Version>();

  /** @param paths Of the parts that a checkpoint of `version` names. */
  static from(paths: Iterable<ObjectKey>, version: Version): PartPaths {
    const known = new PartPaths();
    for (const path of paths) known.#addedIn.set(path, version);
    return known;
  }

  has(path: ObjectKey, version: Version): boolean {
    const addedIn = this.#addedIn.get(path);
    return addedIn !== undefined && addedIn <= version;
  }

  add(record: CommitRecord): void {
    for (const { add } of record.tables.values()) {
      for (const { path } of add) this.#addedIn.set(path, record.version);
    }
  }
}

/**
 * The ledger: what the log says of every operation id. Rules `wholelog` and `ledger` of
 * docs/design/protocol.md: a check of an id covers every record, retained or not.
 *
 * One ledger grows with its log and is shared by all states of it; a state sees the entries up to
 * its own version.
 */
import {
  type CommitRecord,
  formatRecordKey,
  type OperationId,
  recoveriesOf,
  type Version,
} from "@crv/core";
import { corrupt } from "./document.js";

export interface LedgerEntry {
  readonly kind: "landed" | "aborted";
  readonly version: Version;
}

export class Ledger {
  readonly #settled = new Map<OperationId, LedgerEntry>();
  readonly #audited = new Map<OperationId, Version>();

  /** Entries as a checkpoint holds them. */
  static from(
    settled: Iterable<readonly [OperationId, LedgerEntry]>,
    audited: Iterable<readonly [OperationId, Version]>,
  ): Ledger {
    const ledger = new Ledger();
    for (const [id, entry] of settled) ledger.#settled.set(id, entry);
    for (const [id, version] of audited) ledger.#audited.set(id, version);
    return ledger;
  }

  /** What records up to `version` say of `id`. */
  says(id: OperationId, version: Version): LedgerEntry | undefined {
    const entry = this.#settled.get(id);
    return entry !== undefined && entry.version <= version ? entry : undefined;
  }

  /** Whether a record up to `version` is the audit entry of the recovery of `id`. */
  isAudited(id: OperationId, version: Version): boolean {
    const at = this.#audited.get(id);
    return at !== undefined && at <= version;
  }

  *settled(version: Version): Iterable<readonly [OperationId, LedgerEntry]> {
    for (const pair of this.#settled) if (pair[1].version <= version) yield pair;
  }

  *audited(version: Version): Iterable<readonly [OperationId, Version]> {
    for (const pair of this.#audited) if (pair[1] <= version) yield pair;
  }

  /** Number of ids, to judge when a checkpoint is worth it. */
  get size(): number {
    return this.#settled.size;
  }

  /** @throws IoManifestError `CORRUPT` when an id is settled twice. */
  add(record: CommitRecord): void {
    for (const { id, kind } of record.operations) {
      if (kind !== "recovery") this.#settle(record, id, "landed");
    }
    for (const id of record.aborts) this.#settle(record, id, "aborted");
    for (const { operationId } of recoveriesOf(record)) {
      this.#audited.set(operationId, record.version);
    }
  }

  #settle(record: CommitRecord, id: OperationId, kind: LedgerEntry["kind"]): void {
    const before = this.#settled.get(id);
    if (before?.kind === kind && before.version === record.version) return;
    if (before !== undefined) {
      throw corrupt(
        formatRecordKey(record.version),
        `operation ${id} was already ${before.kind} in version ${before.version}`,
      );
    }
    this.#settled.set(id, { kind, version: record.version });
  }
}

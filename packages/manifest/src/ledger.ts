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
import { type LedgerFact, LedgerRun } from "./ledger-run.js";

export interface LedgerEntry {
  readonly kind: "landed" | "aborted";
  readonly version: Version;
}

/** Runs of one order of magnitude that are merged. A lower one writes each fact more often. */
const FAN_IN = 16;

export class Ledger {
  readonly #settled = new Map<OperationId, LedgerEntry>();
  readonly #audited = new Map<OperationId, Version>();
  /** Facts of the maps that are in no run yet, oldest first. */
  #open: LedgerFact[] = [];
  #runs: LedgerRun[] = [];

  /** Entries as a checkpoint holds them. */
  static from(
    settled: Iterable<readonly [OperationId, LedgerEntry]>,
    audited: Iterable<readonly [OperationId, Version]>,
  ): Ledger {
    const ledger = new Ledger();
    for (const [id, { kind, version }] of settled) ledger.#learn({ id, kind, version });
    for (const [id, version] of audited) ledger.#learn({ id, kind: "audited", version });
    ledger.#open.sort((a, b) => a.version - b.version);
    return ledger;
  }

  static fromRuns(runs: readonly LedgerRun[]): Ledger {
    const ledger = new Ledger();
    ledger.#runs = [...runs];
    return ledger;
  }

  /** One that goes its own way from `version` on. */
  fork(version: Version): Ledger {
    return Ledger.fromRuns(this.runs(version));
  }

  /** What records up to `version` say of `id`. */
  says(id: OperationId, version: Version): LedgerEntry | undefined {
    const entry = this.#settled.get(id) ?? this.#settledBefore(id);
    return entry !== undefined && entry.version <= version ? entry : undefined;
  }

  /** Whether a record up to `version` is the audit entry of the recovery of `id`. */
  isAudited(id: OperationId, version: Version): boolean {
    const at = this.#audited.get(id);
    if (at !== undefined) return at <= version;
    return this.#runs.some((run) =>
      run.of(id).some((fact) => fact.kind === "audited" && fact.version <= version),
    );
  }

  *settled(version: Version): Iterable<readonly [OperationId, LedgerEntry]> {
    for (const { id, kind, version: at } of this.#facts(version)) {
      if (kind !== "audited") yield [id, { kind, version: at }];
    }
  }

  *audited(version: Version): Iterable<readonly [OperationId, Version]> {
    for (const fact of this.#facts(version)) {
      if (fact.kind === "audited") yield [fact.id, fact.version];
    }
  }

  /**
   * All that it knows up to `version` as runs, for a checkpoint. Runs of one order of magnitude are
   * merged, so that a fact is written a logarithmic number of times.
   */
  runs(version: Version): readonly LedgerRun[] {
    const ripe = this.#open.filter((fact) => fact.version <= version);
    if (ripe.length > 0) {
      this.#open = this.#open.filter((fact) => fact.version > version);
      this.#runs = mergeLast([...this.#runs, LedgerRun.from(ripe)]);
    }
    // An older state than the last one asked for: what is newer is left out of a copy.
    return this.#runs.flatMap((run) => {
      if (run.last <= version) return [run];
      const older = [...run.facts()].filter((fact) => fact.version <= version);
      return older.length > 0 ? [LedgerRun.from(older)] : [];
    });
  }

  /** @throws IoManifestError `CORRUPT` when an id is settled twice. */
  add(record: CommitRecord): void {
    for (const { id, kind } of record.operations) {
      if (kind !== "recovery") this.#settle(record, id, "landed");
    }
    for (const id of record.aborts) this.#settle(record, id, "aborted");
    const { version } = record;
    for (const { operationId } of recoveriesOf(record)) {
      if (!this.isAudited(operationId, Number.POSITIVE_INFINITY)) {
        this.#learn({ id: operationId, kind: "audited", version });
      }
    }
  }

  #settle({ version }: CommitRecord, id: OperationId, kind: LedgerEntry["kind"]): void {
    const before = this.#settled.get(id) ?? this.#settledBefore(id);
    if (before?.kind === kind && before.version === version) return;
    if (before !== undefined) {
      throw corrupt(
        formatRecordKey(version),
        `operation ${id} was already ${before.kind} in version ${before.version}`,
      );
    }
    this.#learn({ id, kind, version });
  }

  #learn(fact: LedgerFact): void {
    const { id, kind, version } = fact;
    if (kind === "audited") this.#audited.set(id, version);
    else this.#settled.set(id, { kind, version });
    this.#open.push(fact);
  }

  /** What the runs say of an id that the map does not have. */
  #settledBefore(id: OperationId): LedgerEntry | undefined {
    for (const run of this.#runs) {
      for (const { kind, version } of run.of(id)) if (kind !== "audited") return { kind, version };
    }
    return undefined;
  }

  /** In order of their versions, then ids. */
  #facts(version: Version): readonly LedgerFact[] {
    return [...this.#runs.flatMap((run) => [...run.facts()]), ...this.#open]
      .filter((fact) => fact.version <= version)
      .sort((a, b) => a.version - b.version || (a.id < b.id ? -1 : Number(a.id > b.id)));
  }
}

function mergeLast(runs: readonly LedgerRun[]): LedgerRun[] {
  let merged = [...runs];
  for (;;) {
    const last = magnitude(merged.at(-1) as LedgerRun);
    let first = merged.length;
    while (first > 0 && magnitude(merged[first - 1] as LedgerRun) <= last) first--;
    if (merged.length - first < FAN_IN) return merged;
    const facts = merged.slice(first).flatMap((run) => [...run.facts()]);
    merged = [...merged.slice(0, first), LedgerRun.from(facts)];
  }
}

function magnitude(run: LedgerRun): number {
  return Math.floor(Math.log2(run.count) / Math.log2(FAN_IN));
}

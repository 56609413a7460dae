/**
 * A run of the ledger: what records of a range of versions say of operation ids, sorted by id, as
 * columns; one segment of a checkpoint, searched in place.
 */
import type { OperationId, Version } from "@crv/core";
import type { SegmentRef } from "./parts/part-chunk.js";

/** Characters of an operation id. */
export const ID_CHARS = 26;

/** What a row says of its id; its number on disk. */
export const RUN_KINDS = ["landed", "aborted", "audited"] as const;
export type RunKind = (typeof RUN_KINDS)[number];

export interface LedgerFact {
  readonly id: OperationId;
  readonly kind: RunKind;
  readonly version: Version;
}

/** Columns of equal length, sorted by id and then kind. */
export interface LedgerColumns {
  /** ASCII, 26 a row. */
  readonly ids: Uint8Array;
  readonly kinds: Uint8Array;
  readonly versions: Float64Array;
}

export class LedgerRun {
  readonly columns: LedgerColumns;
  readonly count: number;
  /** Versions of its facts, inclusive. */
  readonly first: Version;
  readonly last: Version;
  /** Set once it is on disk. */
  segment: SegmentRef | undefined;
  readonly #text: Buffer;

  /** Requires at least one row. */
  constructor(columns: LedgerColumns, segment?: SegmentRef) {
    this.columns = columns;
    this.count = columns.kinds.length;
    this.segment = segment;
    const { ids, versions } = columns;
    this.#text = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength);
    let first = versions[0] as number;
    let last = first;
    for (let row = 1; row < versions.length; row++) {
      const version = versions[row] as number;
      if (version < first) first = version;
      if (version > last) last = version;
    }
    this.first = first;
    this.last = last;
  }

  static from(facts: Iterable<LedgerFact>): LedgerRun {
    const sorted = [...facts].sort(compareFacts);
    return new LedgerRun({
      ids: new TextEncoder().encode(sorted.map(({ id }) => id).join("")),
      kinds: Uint8Array.from(sorted, ({ kind }) => RUN_KINDS.indexOf(kind)),
      versions: Float64Array.from(sorted, ({ version }) => version),
    });
  }

  *facts(): Iterable<LedgerFact> {
    for (let row = 0; row < this.count; row++) yield this.#fact(row);
  }

  /** All that it says of `id`. */
  of(id: OperationId): readonly LedgerFact[] {
    const wanted = Buffer.from(id, "latin1");
    // Ids begin with their time: one that is being settled is mostly after those of all runs.
    let low = this.#compare(this.count - 1, wanted) < 0 ? this.count : 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(middle, wanted) < 0) low = middle + 1;
      else high = middle;
    }
    const found: LedgerFact[] = [];
    while (low < this.count && this.#compare(low, wanted) === 0) found.push(this.#fact(low++));
    return found;
  }

  #compare(row: number, wanted: Buffer): number {
    return this.#text.compare(wanted, 0, ID_CHARS, row * ID_CHARS, (row + 1) * ID_CHARS);
  }

  #fact(row: number): LedgerFact {
    return {
      id: this.#text.toString("latin1", row * ID_CHARS, (row + 1) * ID_CHARS) as OperationId,
      kind: RUN_KINDS[this.columns.kinds[row] as number] as RunKind,
      version: this.columns.versions[row] as number,
    };
  }
}

function compareFacts(a: LedgerFact, b: LedgerFact): number {
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return RUN_KINDS.indexOf(a.kind) - RUN_KINDS.indexOf(b.kind);
}

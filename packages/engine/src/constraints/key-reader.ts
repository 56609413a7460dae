/**
 * Reads the keys that some parts of a table hold, one share of all keys at a time. Shares are chosen by
 * a hash of the key, so that what a check holds at once is bounded, whatever the number of rows.
 */
import type { PartEntry, Scalar, TableDescriptor, TableKey } from "@crv/core";
import type { PartStore } from "@crv/storage-trait/parts";
import { partsReaching } from "../key-reach.js";
import { visitKeys } from "../row-keys.js";
import { pruneRowGroups } from "../scan/prune.js";
import { readAhead } from "../scan/read-ahead.js";
import type { HeldKeys } from "./held-keys.js";

/** Parts read at once: one decodes while the other is looked through. */
const PARTS_AT_ONCE = 2;

/** Columns of a table, in some of its parts. */
export interface KeySource {
  readonly table: TableDescriptor;
  readonly columns: readonly string[];
  readonly parts: readonly PartEntry[];
}

export type VisitKey = (key: string, values: readonly Scalar[]) => void;

/** What all checks of one operation share. */
export interface CheckContext {
  readonly parts: PartStore;
  /** Rows whose keys one share may have. */
  readonly keysHeldMax: number;
  /** Tables whose committed rows a check depends on. */
  readonly reads: Set<TableKey>;
}

export class KeyReader {
  readonly #context: CheckContext;
  readonly #share: number;
  readonly #shares: number;

  constructor(context: CheckContext, share: number, shares: number) {
    this.#context = context;
    this.#share = share;
    this.#shares = shares;
  }

  /** Visits every key of the share, once for each row that has it. */
  async each(source: KeySource, visit: VisitKey): Promise<void> {
    await this.#read(source, visit, () => undefined);
  }

  /** Visits the keys that are held, once for each row that has one; the table joins the read set. */
  async lookUp(source: KeySource, held: HeldKeys, visit: VisitKey): Promise<void> {
    if (held.size === 0) return;
    this.#context.reads.add(source.table.name);
    const reach = held.reach(source.columns);
    const parts = partsReaching(source.parts, reach);
    await this.#read(
      { ...source, parts },
      (key, values) => {
        if (held.has(key)) visit(key, values);
      },
      (part) => pruneRowGroups(part, { filter: reach }),
    );
  }

  async #read(
    { table, columns, parts }: KeySource,
    visit: VisitKey,
    rowGroupsOf: (part: PartEntry) => readonly number[] | undefined,
  ): Promise<void> {
    const batches = readAhead(parts, PARTS_AT_ONCE, (part) => {
      const rowGroups = rowGroupsOf(part);
      return this.#context.parts.read(part, table, { columns, ...(rowGroups && { rowGroups }) });
    });
    for await (const batch of batches) {
      visitKeys(batch, columns, (key, values) => {
        if (this.#shares === 1 || hashOf(key) % this.#shares === this.#share) visit(key, values);
      });
    }
  }
}

/** Readers of all shares of the keys of `sources`, one after another. */
export function readersOf(
  context: CheckContext,
  sources: readonly KeySource[],
): readonly KeyReader[] {
  const rows = sources.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.rows, 0);
  const shares = Math.max(1, Math.ceil(rows / context.keysHeldMax));
  return Array.from({ length: shares }, (_, share) => new KeyReader(context, share, shares));
}

/** FNV-1a of the UTF-16 units. It only spreads keys: whatever it gives, the checks are right. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) {
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

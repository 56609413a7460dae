/**
 * One operation on the model: the tables as it found them, what it has made of them, and what it
 * expects to find unchanged at its commit (docs/design/protocol.md, "Conflicts").
 */
import type { TableDescriptor } from "@crv/core";
import type { Filter } from "@crv/io";
import type { Change, TableChange } from "./changes.js";
import { isTrue } from "./filters.js";
import type { ArtifactDraft } from "./model-artifacts.js";
import { keyOf, type Row } from "./tables.js";

/** Rows of each table that exists. A row is told apart by its identity: equal rows may be many. */
export type ModelTables = ReadonlyMap<string, readonly Row[]>;

export interface RowCounts {
  readonly added: number;
  readonly removed: number;
}

export class ModelDraft {
  readonly base: ModelTables;
  readonly artifacts: ArtifactDraft;
  readonly #tables: Map<string, readonly Row[]>;
  readonly #strict = new Set<string>();
  readonly #counts = new Map<string, RowCounts>();

  constructor(base: ModelTables, artifacts: ArtifactDraft) {
    this.base = base;
    this.artifacts = artifacts;
    this.#tables = new Map(base);
  }

  /** Tables that must not have moved: those that were read, or changed other than by an insert. */
  get strict(): ReadonlySet<string> {
    return this.#strict;
  }

  /** Rows that each changed table gained and lost, change by change. */
  get counts(): ReadonlyMap<string, RowCounts> {
    return this.#counts;
  }

  /** Tables that came to be, or whose rows are others. */
  get touched(): readonly string[] {
    return [...this.#tables.keys()].filter((name) => {
      const before = this.base.get(name);
      const after = new Set(this.#tables.get(name));
      return (
        before === undefined ||
        before.length !== after.size ||
        before.some((row) => !after.has(row))
      );
    });
  }

  get hasEffect(): boolean {
    return this.touched.length > 0 || this.artifacts.effects.size > 0;
  }

  rows({ name }: TableDescriptor): readonly Row[] {
    return this.#tables.get(name) ?? [];
  }

  read(table: TableDescriptor, filter: Filter): readonly Row[] {
    return this.rows(table).filter((row) => isTrue(filter, row));
  }

  /** The same operation, of which nothing has been done yet. */
  afresh(): ModelDraft {
    return new ModelDraft(this.base, this.artifacts.afresh());
  }

  apply(change: Change): void {
    if ("artifact" in change) this.artifacts.apply(change);
    else this.#applyToTable(change);
  }

  #applyToTable(change: TableChange): void {
    const { table } = change;
    const rows = this.rows(table);
    if (change.kind !== "insert" && !isNothing(change)) this.#strict.add(table.name);
    switch (change.kind) {
      case "read":
        break;
      case "insert":
        this.#put(table, rows, change.rows.map(copyOf), 0);
        break;
      case "overwrite":
        this.#set(table, [], change.rows.map(copyOf), rows.length);
        break;
      case "merge": {
        const last = new Map(change.rows.map((row) => [keyOf(table, row), copyOf(row)]));
        const kept = rows.filter((row) => !last.has(keyOf(table, row)));
        this.#put(table, kept, [...last.values()], rows.length - kept.length);
        break;
      }
      default: {
        if (!this.#tables.has(table.name)) break;
        const matched = new Set(this.read(table, change.filter));
        const kept = rows.filter((row) => !matched.has(row));
        const isUpdate = change.kind === "update";
        const set = isUpdate ? [...matched].map((row) => ({ ...row, ...change.set })) : [];
        this.#set(table, kept, set, matched.size);
      }
    }
  }

  /** The tables after a commit over `newest`, in which no strict table has moved. */
  over(newest: ModelTables): ModelTables {
    const result = new Map(newest);
    for (const name of this.touched) {
      const before = new Set(this.base.get(name));
      const after = this.#tables.get(name) ?? [];
      // Of a table that was only inserted into, what others did meanwhile stays.
      const rebased = [...(newest.get(name) ?? []), ...after.filter((row) => !before.has(row))];
      result.set(name, this.#strict.has(name) ? after : rebased);
    }
    return result;
  }

  /** Without rows, nothing: the table does not even come to be. */
  #put(table: TableDescriptor, kept: readonly Row[], added: readonly Row[], removed: number): void {
    if (added.length > 0) this.#set(table, kept, added, removed);
  }

  #set(
    { name }: TableDescriptor,
    kept: readonly Row[],
    added: readonly Row[],
    removed: number,
  ): void {
    this.#tables.set(name, [...kept, ...added]);
    const counts = this.#counts.get(name) ?? { added: 0, removed: 0 };
    this.#counts.set(name, {
      added: counts.added + added.length,
      removed: counts.removed + removed,
    });
  }
}

/** Merging nothing is not even a look at the table. */
function isNothing(change: TableChange): boolean {
  return change.kind === "merge" && change.rows.length === 0;
}

function copyOf(row: Row): Row {
  return { ...row };
}

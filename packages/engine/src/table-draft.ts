/**
 * One table as an operation has made it so far: the parts of its base, without those that were
 * replaced, with those that were staged. Pure.
 */
import type { ObjectKey, PartEntry, TableDescriptor, TableVersion, Version } from "@crv/core";
import { type TableEdit, type TableState, withoutColumns } from "@crv/manifest";

export class TableDraft {
  readonly descriptor: TableDescriptor;
  /** Version of the table that the operation read; 0 = it did not exist. */
  readonly baseVersion: TableVersion;
  readonly #evolution: TableEdit["evolution"];
  readonly #base: Iterable<PartEntry>;
  readonly #removed = new Set<ObjectKey>();
  #added: readonly PartEntry[] = [];

  /** @param evolution Given when `descriptor` takes the place of that of `base`. */
  constructor(
    descriptor: TableDescriptor,
    base: TableState | undefined,
    evolution?: TableEdit["evolution"],
  ) {
    this.descriptor = descriptor;
    this.baseVersion = base?.version ?? 0;
    this.#evolution = evolution;
    const dropped = new Set(evolution?.dropped);
    const parts = base?.parts ?? [];
    this.#base =
      dropped.size === 0 ? parts : [...parts].map((part) => withoutColumns(part, dropped));
  }

  /** In order of their commits, then of staging. */
  get parts(): readonly PartEntry[] {
    return [...this.kept, ...this.#added];
  }

  /** Parts of the base that are still there. */
  get kept(): readonly PartEntry[] {
    return [...this.#base].filter((part) => !this.#removed.has(part.path));
  }

  /** Staged parts. */
  get added(): readonly PartEntry[] {
    return this.#added;
  }

  /** Parts of the base that were replaced. */
  get removed(): readonly PartEntry[] {
    return [...this.#base].filter((part) => this.#removed.has(part.path));
  }

  /** A table that comes to be or changes its columns, or parts that come or go. */
  get hasEffect(): boolean {
    return (
      this.baseVersion === 0 ||
      this.#evolution !== undefined ||
      this.#added.length > 0 ||
      this.#removed.size > 0
    );
  }

  /** @param base Version of the run that the operation read. */
  editAt(base: Version): TableEdit {
    return {
      descriptor: this.descriptor,
      ...(this.baseVersion > 0 && { readAt: base }),
      ...(this.#evolution && { evolution: this.#evolution }),
      add: this.#added,
      remove: [...this.#removed],
    };
  }

  /** The same staged parts over another base. Requires: none of the base was replaced. */
  rebase(base: TableState | undefined): TableDraft {
    const draft = new TableDraft(this.descriptor, base, this.#evolution);
    draft.#added = this.#added;
    return draft;
  }

  /**
   * Puts `added` in the place of `removed`, which must be among {@link parts}.
   *
   * @returns staged parts among `removed`: no record will ever name them.
   */
  replace(removed: readonly PartEntry[], added: readonly PartEntry[]): readonly ObjectKey[] {
    const staged = new Set(this.#added.map((part) => part.path));
    const gone = new Set(removed.map((part) => part.path));
    for (const path of gone) if (!staged.has(path)) this.#removed.add(path);
    this.#added = [...this.#added.filter((part) => !gone.has(part.path)), ...added];
    return [...gone].filter((path) => staged.has(path));
  }
}

/**
 * When views are published. Rewriting `manifest.json` at every commit would make commits linear in
 * history, so a view follows when enough parts are new, and at close.
 * Source: docs/format/manifest-view.md, "When".
 */
import type { ArtifactName, TableKey, Version } from "@crv/core";
import type { TableEdit } from "@crv/manifest";
import { showArtifact, showTable, type ViewContext } from "@crv/recovery";

/** A view is rewritten when an eighth of its parts is new: amortised, eight entries per part. */
const NEW_PARTS_DIVISOR = 8;

/**
 * Step that a table of `parts` parts is on; each is an eighth beyond the one before. A function of the
 * number alone: of several processes just that one crosses a step whose commit does.
 */
function stepOf(parts: number): number {
  if (parts <= NEW_PARTS_DIVISOR) return parts;
  const steps = Math.log(parts / NEW_PARTS_DIVISOR) / Math.log(1 + 1 / NEW_PARTS_DIVISOR);
  return NEW_PARTS_DIVISOR + Math.floor(steps);
}

interface Shown {
  readonly changedAt: Version;
  readonly parts: number;
  /** Commits of this process since. */
  readonly commits: number;
}

export class PublishedViews {
  readonly #context: ViewContext | undefined;
  /** Setting `writeManifestEveryN`, in parts, exact when given; undefined = amortised. */
  readonly #everyParts: number | undefined;
  readonly #shown = new Map<TableKey, Shown>();
  #tail: Promise<void> = Promise.resolve();

  /** @param context Undefined for a branch, which publishes none. */
  constructor(context: ViewContext | undefined, everyParts: number | undefined) {
    this.#context = context;
    this.#everyParts = everyParts;
  }

  /** After a commit: brings up the views of the tables that it changed and that are due. */
  follow(edits: ReadonlyMap<TableKey, TableEdit>): Promise<void> {
    return this.#inTurn(async () => {
      for (const [table, edit] of edits) if (this.#isDue(table, edit)) await this.#show(table);
    });
  }

  /** After the commit that followed `since`. They cost what they change, so they follow at once. */
  showArtifacts(names: Iterable<ArtifactName>, since: Version): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#context === undefined) return;
      for (const name of names) await showArtifact(this.#context, name, since);
    });
  }

  /** At close: brings up every view that this process left behind. */
  followAll(): Promise<void> {
    return this.#inTurn(async () => {
      for (const [table, { commits }] of this.#shown) if (commits > 0) await this.#show(table);
    });
  }

  /** On request: writes the view of `table` anew, due or not. */
  publish(table: TableKey): Promise<void> {
    return this.#inTurn(() => this.#show(table));
  }

  #isDue(table: TableKey, { add, remove }: TableEdit): boolean {
    const state = this.#context?.log.state.tables.get(table);
    if (state === undefined) return false;
    const shown = this.#shown.get(table) ?? { changedAt: 0, parts: 0, commits: 0 };
    if (shown.changedAt >= state.changedAt) return false;
    const commits = shown.commits + 1;
    this.#shown.set(table, { ...shown, commits });
    const parts = state.parts.length;
    if (this.#everyParts !== undefined) {
      return Math.max(commits, Math.abs(parts - shown.parts)) >= this.#everyParts;
    }
    // The first commit of a process brings up what others left behind.
    if (shown.changedAt === 0) return true;
    if (stepOf(parts) !== stepOf(parts - add.length + remove.length)) return true;
    // Commits that replace parts may never change their number.
    return remove.length > 0 && commits >= shown.parts / NEW_PARTS_DIVISOR;
  }

  async #show(table: TableKey): Promise<void> {
    if (this.#context === undefined) return;
    const isNewest = await showTable(this.#context, table);
    const state = this.#context.log.state.tables.get(table);
    if (state === undefined) return;
    // Who was overtaken follows once more at close.
    const commits = isNewest ? 0 : 1;
    this.#shown.set(table, { changedAt: state.changedAt, parts: state.parts.length, commits });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

/**
 * When views are published. Rewriting `manifest.json` at every commit would make commits linear in
 * history, so a view follows when enough parts are new, and at close.
 * Source: docs/format/manifest-view.md, "When".
 */
import type { ArtifactName, TableKey, Version } from "@crv/core";
import { showArtifact, showTable, type ViewContext } from "@crv/recovery";

/** A view is rewritten when an eighth of its parts is new: amortised, eight entries per part. */
const NEW_PARTS_DIVISOR = 8;

export class PublishedViews {
  readonly #context: ViewContext | undefined;
  /** Setting `writeManifestEveryN`, in parts, exact when given; undefined = amortised. */
  readonly #everyParts: number | undefined;
  readonly #shown = new Map<TableKey, { changedAt: number; parts: number; commits: number }>();
  #tail: Promise<void> = Promise.resolve();

  /** @param context Undefined for a branch, which publishes none. */
  constructor(context: ViewContext | undefined, everyParts: number | undefined) {
    this.#context = context;
    this.#everyParts = everyParts;
  }

  /** After a commit: brings up the views of `tables` that are due. */
  follow(tables: Iterable<TableKey>): Promise<void> {
    return this.#inTurn(async () => {
      for (const table of tables) if (this.#isDue(table)) await this.#show(table);
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

  #isDue(table: TableKey): boolean {
    const state = this.#context?.log.state.tables.get(table);
    if (state === undefined) return false;
    const shown = this.#shown.get(table) ?? { changedAt: 0, parts: 0, commits: 0 };
    if (shown.changedAt >= state.changedAt) return false;
    const commits = shown.commits + 1;
    this.#shown.set(table, { ...shown, commits });
    const due = this.#everyParts ?? Math.max(1, shown.parts / NEW_PARTS_DIVISOR);
    // A commit that replaced parts changed at least one, whatever their number is now.
    return Math.max(commits, Math.abs(state.parts.length - shown.parts)) >= due;
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

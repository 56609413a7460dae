/**
 * When views are published. Rewriting `manifest.json` at every commit would make commits linear in
 * history, so a view follows when enough parts are new, and at close. Of several processes one does it.
 * Source: docs/format/manifest-view.md, "When".
 */
import type { ArtifactName, TableKey, Version } from "@crv/core";
import { readViewVersion, showArtifact, showTable, type ViewContext } from "@crv/recovery";

/** A view is rewritten when an eighth of its parts is new: amortised, eight entries per part. */
const NEW_PARTS_DIVISOR = 8;

/** How much longer the others wait than the one that replaces the view, before one of them takes over. */
const TAKE_OVER_FACTOR = 2;

/** What this process knows of a view. */
interface Shown {
  /** Of the run: the view has all that was committed to the table until then. */
  readonly version: Version;
  /** Of the table, then. */
  readonly tableVersion: number;
  readonly parts: number;
  /** Of this process, since. */
  readonly commits: number;
  /** Another process replaced it. */
  readonly isOthers: boolean;
}

const NEVER: Shown = { version: 0, tableVersion: 0, parts: 0, commits: 0, isOthers: false };

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

  /** After a commit: brings up the views of `tables` that are due. */
  follow(tables: Iterable<TableKey>): Promise<void> {
    return this.#inTurn(async () => {
      for (const table of tables) if (await this.#isDue(table)) await this.#show(table);
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

  async #isDue(table: TableKey): Promise<boolean> {
    const state = this.#context?.log.state.tables.get(table);
    if (this.#context === undefined || state === undefined) return false;
    const shown = this.#shown.get(table) ?? NEVER;
    if (shown.version >= state.changedAt) return false;
    const commits = shown.commits + 1;
    this.#shown.set(table, { ...shown, commits });
    const newParts = Math.max(commits, Math.abs(state.parts.length - shown.parts));
    if (this.#everyParts !== undefined) return newParts >= this.#everyParts;
    const due = Math.max(1, shown.parts / NEW_PARTS_DIVISOR);
    if (newParts < (shown.isOthers ? TAKE_OVER_FACTOR : 1) * due) return false;
    const areAllOurs = state.version - shown.tableVersion <= commits;
    if (shown === NEVER || areAllOurs) return true;
    const version = await readViewVersion(this.#context.store, table);
    if (version <= shown.version) return true;
    this.#shown.set(table, {
      version,
      tableVersion: state.version,
      // It has no more than that.
      parts: state.parts.length,
      commits: version >= state.changedAt ? 0 : 1,
      isOthers: true,
    });
    return false;
  }

  async #show(table: TableKey): Promise<void> {
    if (this.#context === undefined) return;
    const isNewest = await showTable(this.#context, table);
    const state = this.#context.log.state.tables.get(table);
    if (state === undefined) return;
    const { changedAt, version: tableVersion, parts } = state;
    // Who was overtaken follows once more at close.
    const commits = isNewest ? 0 : 1;
    const shown = { version: changedAt, tableVersion, parts: parts.length, commits };
    this.#shown.set(table, { ...shown, isOthers: false });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

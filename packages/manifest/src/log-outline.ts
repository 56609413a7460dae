/** The outline of a log while no state of it was read: what opening asks for. */
import type { Version } from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { readHint } from "./head-hint.js";
import { isEnd, type RunOutline, readOutline } from "./run-outline.js";

export class LogOutline {
  readonly #reader: ObjectReader;
  #known: RunOutline | undefined;
  /** What the hint said, when that was asked just now. */
  #hint: { readonly version: Version | undefined } | undefined;

  constructor(reader: ObjectReader) {
    this.#reader = reader;
  }

  get known(): RunOutline | undefined {
    return this.#known;
  }

  /** A state was read, which says it all. */
  drop(): void {
    this.#known = undefined;
  }

  /** The newest outline; undefined when a state must be read to know more. */
  async look(): Promise<RunOutline | undefined> {
    const known = this.#known;
    if (known) return (await isEnd(this.#reader, known.version)) ? known : undefined;
    const version = await readHint(this.#reader);
    const outline = version === undefined ? undefined : await readOutline(this.#reader, version);
    if (outline === undefined) this.#hint = { version };
    return outline;
  }

  keep(outline: RunOutline): void {
    this.#known = outline;
  }

  /** The hint, read anew unless that was done by the look just before. */
  async hinted(): Promise<Version | undefined> {
    const hint = this.#hint;
    this.#hint = undefined;
    return hint ? hint.version : readHint(this.#reader);
  }
}

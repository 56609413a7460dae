/**
 * Turns of processes that are about to create the same object: who comes second would have worked for
 * nothing. A courtesy and never a lock: nothing relies on it, and a turn that takes too long is taken
 * away. Source: docs/design/turns-at-the-log.md.
 *
 * A turn is a hard link to a file of its process, so that taking one makes no file and ending one
 * leaves none.
 */
import type { Clock, Random } from "@crv/core";
import { hasErrno } from "./file-error.js";
import { type FileSystem, statusIfPresent } from "./file-system.js";
import type { Staging } from "./staging.js";

/** A turn is that of one create: whoever holds it for longer is dead, stopped, or waits for a disk. */
const TURN_MS_MAX = 100;

/** After so long one goes without a turn: this one cannot be had. */
const WAIT_MS_MAX = 1000;

/** Longest pause between two looks, but for the first. */
const PAUSE_MS_MAX = 8;

/** Of the last wait, slept through at once by the next: looks of many cost more than they save. */
const SLEPT_SHARE = 0.5;

export interface TurnsOptions {
  readonly fs: FileSystem;
  readonly staging: Staging;
  readonly clock: Clock;
  readonly random: Random;
}

export class Turns {
  readonly #options: TurnsOptions;
  /** The file of this process. */
  #token: Promise<string> | undefined;
  /** For its last turn, in ms. */
  #lastWaitMs = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /**
   * Waits while others have their turn. Never fails: where there can be no turns, everybody goes at once.
   *
   * @returns ends the turn.
   */
  async take(prefix: string): Promise<() => Promise<void>> {
    try {
      return await this.#take(this.#options.staging.pathOf(`${prefix.replaceAll("/", ".")}turn`));
    } catch {
      return async () => {};
    }
  }

  /** Forgets the file of this process. */
  async close(): Promise<void> {
    const token = await this.#token?.catch(() => undefined);
    if (token !== undefined) await this.#options.staging.discard(token);
  }

  async #take(turn: string): Promise<() => Promise<void>> {
    const { fs, clock, random } = this.#options;
    let holder: string | undefined;
    // Pauses are added up, since a wall clock may jump.
    let heldMs = 0;
    let waitedMs = 0;
    for (let looks = 0; ; looks++) {
      // A look is cheaper than a link that fails.
      const found = (await statusIfPresent(fs, turn))?.identity;
      if (found === undefined && (await this.#tryLink(turn))) break;
      if (waitedMs > WAIT_MS_MAX) return async () => {};
      if (found === undefined || found !== holder) heldMs = 0;
      holder = found;
      if (heldMs > TURN_MS_MAX) await this.#end(turn, holder);
      const pauseMs =
        looks === 0
          ? Math.max(1, SLEPT_SHARE * this.#lastWaitMs)
          : 1 + random.fraction() * PAUSE_MS_MAX;
      // Within the first pause the same process may have had more than one turn.
      if (looks > 0) heldMs += pauseMs;
      waitedMs += pauseMs;
      await clock.sleep(pauseMs);
    }
    this.#lastWaitMs = waitedMs;
    const own = (await fs.status(turn)).identity;
    return () => this.#end(turn, own);
  }

  async #tryLink(turn: string): Promise<boolean> {
    this.#token ??= this.#makeToken();
    const token = await this.#token;
    try {
      await this.#options.fs.link(token, turn);
      return true;
    } catch (error) {
      if (hasErrno(error, "EEXIST")) return false;
      this.#token = undefined; // swept, as what a crash left
      throw error;
    }
  }

  async #makeToken(): Promise<string> {
    const { path } = await this.#options.staging.write(new Uint8Array(), "process");
    return path;
  }

  /** Only that of `holder`: it may have been taken away, and be another's by now. */
  async #end(turn: string, holder: string | undefined): Promise<void> {
    const { fs } = this.#options;
    try {
      if ((await statusIfPresent(fs, turn))?.identity === holder) await fs.unlink(turn);
    } catch {
      // Others take it away, or go without.
    }
  }
}

/**
 * Chance in a universe: whose call comes next, when requests arrive late, how time passes, and which
 * process stands still for longer than its lease while others go on: a zombie, once it is continued.
 */
import { LEASE_MS } from "@crv/recovery";
import type { SeededRandom, SimulatedDisk, StorageCall } from "@crv/storage-trait/testing";
import type { Journal } from "./journal.js";

/** Calls of others that a stopped process lets pass: enough to open the run, fence it and commit. */
const STOP_CALLS_MIN = 20;
const STOP_CALLS_MAX = 200;

const LATE_PROBABILITY = 0.01;
const TICK_PROBABILITY = 0.1;

export class RandomWorld {
  /** Processes that were stopped past their lease and continued. */
  stops = 0;
  readonly #disk: SimulatedDisk;
  readonly #random: SeededRandom;
  readonly #stopProbability: number;
  readonly #journal: Journal;
  /** When each stopped process goes on, in calls of the universe. */
  readonly #stopped = new Map<string, number>();

  /** @param stopProbability Of a stop, at any one storage call. */
  constructor(
    disk: SimulatedDisk,
    random: SeededRandom,
    stopProbability: number,
    journal: Journal,
  ) {
    this.#disk = disk;
    this.#random = random;
    this.#stopProbability = stopProbability;
    this.#journal = journal;
  }

  /** Which of the waiting calls comes next. */
  choose(calls: readonly StorageCall[]): number {
    this.#deliverLate();
    this.#moveTime();
    this.#stopSomeone(calls);
    const index = this.#chooseAwake(calls);
    this.#journal.call(calls[index] as StorageCall);
    return index;
  }

  #deliverLate(): void {
    if (this.#random.fraction() >= LATE_PROBABILITY) return;
    const landed = this.#disk.deliverLate(() => this.#random.fraction() < 0.5);
    for (const key of landed) this.#journal.note(`${key} lands late`);
  }

  #moveTime(): void {
    if (this.#random.fraction() < TICK_PROBABILITY) this.#disk.clock.advance(1);
  }

  #stopSomeone(calls: readonly StorageCall[]): void {
    if (this.#random.fraction() >= this.#stopProbability) return;
    const { process } = this.#random.pick(calls);
    if (this.#stopped.has(process)) return;
    const span = STOP_CALLS_MIN + this.#random.integer(STOP_CALLS_MAX - STOP_CALLS_MIN);
    this.#stopped.set(process, this.#journal.callCount + span);
    this.stops++;
    this.#disk.clock.advance(LEASE_MS + 1);
    this.#journal.note(`${process} is stopped, for longer than its lease`);
  }

  /** One of the calls that may come; if all processes stand still, they all go on. */
  #chooseAwake(calls: readonly StorageCall[]): number {
    if (this.#stopped.size === 0) return this.#random.integer(calls.length);
    for (const [process, until] of this.#stopped) {
      if (this.#journal.callCount < until) continue;
      this.#stopped.delete(process);
      this.#journal.note(`${process} goes on`);
    }
    const awake = [...calls.keys()].filter((i) => !this.#stopped.has(calls[i]?.process ?? ""));
    if (awake.length > 0) return this.#random.pick(awake);
    this.#stopped.clear();
    return this.#random.integer(calls.length);
  }
}

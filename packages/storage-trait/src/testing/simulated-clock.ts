/** A clock that stands still until a test moves it. */
import type { Clock } from "@crv/core";

export interface SimulatedClockOptions {
  /** Default 2026-01-01T00:00:00Z. */
  readonly start?: Date;
  /** Whether `sleep` moves the clock itself and returns at once. Default false. */
  readonly autoAdvance?: boolean;
}

interface Sleeper {
  readonly dueMs: number;
  wake(): void;
}

export class SimulatedClock implements Clock {
  #nowMs: number;
  readonly #autoAdvance: boolean;
  readonly #sleepers = new Set<Sleeper>();

  constructor({ start, autoAdvance = false }: SimulatedClockOptions = {}) {
    this.#nowMs = start?.getTime() ?? Date.UTC(2026, 0, 1);
    this.#autoAdvance = autoAdvance;
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#autoAdvance) {
      this.advance(ms);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = (): void => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const sleeper: Sleeper = { dueMs: this.#nowMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Moves time on and wakes who is due, in order of their deadlines. */
  advance(ms: number): void {
    this.#nowMs += ms;
    const due = [...this.#sleepers].filter(({ dueMs }) => dueMs <= this.#nowMs);
    for (const sleeper of due.sort((a, b) => a.dueMs - b.dueMs)) {
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }

  /** Sets the wall time, forwards or backwards, without waking anyone: a jump of the clock. */
  jumpTo(time: Date): void {
    this.#nowMs = time.getTime();
  }

  /** How many calls of `sleep` wait. */
  get sleeperCount(): number {
    return this.#sleepers.size;
  }
}

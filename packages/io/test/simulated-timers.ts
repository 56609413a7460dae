/** Timers that stand still until a test moves them; the event loop is the real one. */
import { setImmediate } from "node:timers/promises";
import type { Timers } from "@crv/core";

export class SimulatedTimers implements Timers {
  #nowMs = 0;
  readonly #pending = new Set<{ readonly dueMs: number; readonly call: () => void }>();

  after(ms: number, call: () => void): () => void {
    const timer = { dueMs: this.#nowMs + ms, call };
    this.#pending.add(timer);
    return () => this.#pending.delete(timer);
  }

  async turn(): Promise<void> {
    await setImmediate();
  }

  /** How many wait. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Moves time on and calls what is due. */
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const timer of [...this.#pending]) {
      if (timer.dueMs > this.#nowMs) continue;
      this.#pending.delete(timer);
      timer.call();
    }
  }
}

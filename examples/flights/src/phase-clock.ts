/** Measures where a commit's time goes, from the events of its phases. */
import { PHASES, type Phase, type PhaseEvent } from "./kill-point.js";

export type PhaseTimes = Readonly<Record<Phase, number>>;

/** Milliseconds per phase, added up over all events it is told of. */
export class PhaseClock {
  readonly #totalMs = new Map<Phase, number>();
  readonly #startedAt = new Map<Phase, number>();

  observe({ phase, when }: PhaseEvent): void {
    if (when === "before") {
      this.#startedAt.set(phase, performance.now());
      return;
    }
    const startedAt = this.#startedAt.get(phase);
    if (startedAt === undefined) return;
    this.#startedAt.delete(phase);
    this.#totalMs.set(phase, (this.#totalMs.get(phase) ?? 0) + performance.now() - startedAt);
  }

  times(): PhaseTimes {
    const entries = PHASES.map((phase) => [phase, this.#totalMs.get(phase) ?? 0]);
    return Object.fromEntries(entries) as PhaseTimes;
  }
}

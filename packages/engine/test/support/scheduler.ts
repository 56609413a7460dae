/**
 * Decides whose storage call comes next. Every step of every process waits for its turn; a turn is
 * given when nothing else moves, so that the choices alone make the schedule, and replay it.
 */
import type { SimulatedDisk, StorageCall } from "@crv/storage-trait/testing";

interface Waiting {
  readonly call: StorageCall;
  readonly go: () => void;
}

/** Which of the waiting calls comes next: an index below their number. */
export type ChooseCall = (calls: readonly StorageCall[]) => number;

const IDLE_TURNS_MAX = 10_000;

export class Scheduler {
  readonly #choose: ChooseCall;
  readonly #waiting: Waiting[] = [];

  constructor(choose: ChooseCall) {
    this.#choose = choose;
  }

  /** Takes charge of every step on `disk`. */
  attach(disk: SimulatedDisk): void {
    disk.onStep = (call) => new Promise((go) => void this.#waiting.push({ call, go }));
  }

  /** Runs until all `tasks` have ended. */
  async run(tasks: readonly Promise<unknown>[]): Promise<void> {
    let running = true;
    const ended = Promise.allSettled(tasks).then(() => {
      running = false;
    });
    let idle = 0;
    while (running) {
      await settle();
      if (this.#waiting.length === 0) {
        if (++idle > IDLE_TURNS_MAX)
          throw new Error("nothing moves: a task waits for what never comes");
        continue;
      }
      idle = 0;
      const index = this.#choose(this.#waiting.map(({ call }) => call));
      const [next] = this.#waiting.splice(index, 1);
      if (next === undefined) throw new RangeError(`no call ${index} waits`);
      next.go();
    }
    await ended;
  }
}

/** Lets every promise that can move do so. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

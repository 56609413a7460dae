/**
 * Decides whose storage call comes next. Every step of every process waits for its turn; a turn is
 * given when nothing else moves, so that the choices alone make the schedule, and replay it.
 */
import type { SimulatedDisk, StorageCall } from "@crv/storage-trait/testing";

/** Which of the waiting calls comes next: an index below their number. */
export type ChooseCall = (calls: readonly StorageCall[]) => number;

const IDLE_TURNS_MAX = 10_000;

export class Scheduler {
  readonly #choose: ChooseCall;
  /** Calls that wait, in the order in which they came, and what lets each of them go on. */
  readonly #calls: StorageCall[] = [];
  readonly #turns: (() => void)[] = [];

  constructor(choose: ChooseCall) {
    this.#choose = choose;
  }

  /** Takes charge of every step on `disk`. */
  attach(disk: SimulatedDisk): void {
    disk.onStep = (call) =>
      new Promise((go) => {
        this.#calls.push(call);
        this.#turns.push(go);
      });
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
      if (this.#calls.length === 0) {
        if (++idle > IDLE_TURNS_MAX)
          throw new Error("nothing moves: a task waits for what never comes");
        await turnOfEventLoop();
        continue;
      }
      // What waits for anything but a turn would come at a moment that no schedule decides.
      if (idle > 0) throw new Error("a task waited for something that is no storage call");
      const index = this.#choose(this.#calls);
      const [go] = this.#turns.splice(index, 1);
      if (go === undefined) throw new RangeError(`no call ${index} waits`);
      this.#calls.splice(index, 1);
      go();
    }
    await ended;
  }
}

/** Lets every promise that can move do so: Node runs what waits for a tick when none is left. */
function settle(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Nothing in a universe needs one; a task that hangs must not keep the event loop from turning. */
function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Every schedule of a small case up to a bound of preemptions: systematic, not random.
 *
 * A schedule is a list of choices between processes. By default the process that ran last goes on; to
 * let another one run instead, while it still waits, is a preemption, and each schedule has at most
 * `preemptionsMax` of them. Which process comes when the last one has ended is free. Each schedule is
 * replayed from the start along its prefix, then by default, and the choices it met beyond the prefix
 * are the prefixes to come. Most errors of concurrency need two preemptions or fewer (Musuvathi and
 * Qadeer, PLDI 2007).
 */
import type { SimulatedDisk, StorageCall } from "@crv/storage-trait/testing";
import { Journal } from "./journal.js";
import { Scheduler } from "./scheduler.js";

/** One small case: made anew for each schedule. */
export interface SmallCase {
  readonly disk: SimulatedDisk;
  /** What runs side by side, started when the scheduler has taken charge. */
  readonly tasks: readonly (() => Promise<void>)[];
  /** Checks what is left when all have ended. */
  check(): Promise<void>;
}

export interface SearchReport {
  readonly schedules: number;
  /** Of the longest schedule, in storage calls. */
  readonly callsMax: number;
}

/** Processes by name, in the order in which they ran. */
type Prefix = readonly string[];

/** @throws Error naming the schedule, when `check` of a case fails. */
export async function searchSchedules(
  makeCase: () => Promise<SmallCase>,
  preemptionsMax: number,
): Promise<SearchReport> {
  const prefixes: Prefix[] = [[]];
  let schedules = 0;
  let callsMax = 0;
  for (let prefix = prefixes.pop(); prefix !== undefined; prefix = prefixes.pop()) {
    const run = new ScheduleRun(prefix);
    await run.play(await makeCase());
    schedules++;
    callsMax = Math.max(callsMax, run.chosen.length);
    prefixes.push(...run.alternatives(preemptionsMax));
  }
  return { schedules, callsMax };
}

class ScheduleRun {
  readonly chosen: string[] = [];
  readonly #prefix: Prefix;
  /** Processes that waited at each choice. */
  readonly #waiting: (readonly string[])[] = [];
  readonly #journal = new Journal();

  constructor(prefix: Prefix) {
    this.#prefix = prefix;
  }

  async play({ disk, tasks, check }: SmallCase): Promise<void> {
    const scheduler = new Scheduler((calls) => this.#choose(calls));
    scheduler.attach(disk);
    const running = tasks.map((task) => task());
    try {
      await scheduler.run(running);
      disk.onStep = undefined;
      await Promise.all(running);
      await check();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${why}\n${this.#journal.lines().join("\n")}`, { cause });
    }
  }

  /** Prefixes that differ from this schedule at one choice after its own, within the bound. */
  alternatives(preemptionsMax: number): Prefix[] {
    const found: Prefix[] = [];
    let preemptions = 0;
    for (const [i, waiting] of this.#waiting.entries()) {
      const last = this.chosen[i - 1];
      const cost = last !== undefined && waiting.includes(last) ? 1 : 0;
      const taken = this.chosen[i] as string;
      for (const other of i < this.#prefix.length ? [] : waiting) {
        if (other === taken || preemptions + (other === last ? 0 : cost) > preemptionsMax) continue;
        found.push([...this.chosen.slice(0, i), other]);
      }
      if (taken !== last) preemptions += cost;
    }
    return found;
  }

  /** Calls of one process come in the order in which they wait. */
  #choose(calls: readonly StorageCall[]): number {
    const processes = [...new Set(calls.map(({ process }) => process))].sort();
    const last = this.chosen.at(-1);
    const planned = this.#prefix[this.chosen.length];
    const byDefault = last !== undefined && processes.includes(last) ? last : processes[0];
    const process = planned ?? (byDefault as string);
    const index = calls.findIndex((call) => call.process === process);
    if (index < 0) throw new RangeError(`the schedule is not replayed: ${process} does not wait`);
    this.#waiting.push(processes);
    this.chosen.push(process);
    this.#journal.call(calls[index] as StorageCall);
    return index;
  }
}

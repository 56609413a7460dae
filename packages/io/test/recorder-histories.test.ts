/**
 * Goal: whatever order writes, flushes, timers and failures come in, what is committed is a beginning
 * of what was written, the same in all tables, each row once; and a flush that resolved lost nothing.
 * Method: random histories (fast-check) over a storage in memory whose commits fail as drawn.
 */
import { defineTable } from "@crv/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Fate, FlakyStorage } from "./flaky-storage.js";
import { openDataset } from "./open-dataset.js";
import { SimulatedTimers } from "./simulated-timers.js";

const columns = { tick: "i64", n: "i64" } as const;
const events = defineTable({ name: "events", columns });
const copies = defineTable({ name: "copies", columns });
const FLUSH_ROWS = 8;

type Step = "write" | "bad row" | "flush" | "ready" | "timer" | "turn" | "hold" | "release";

const steps = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: fc.constant<Step>("write") },
    fc.constantFrom<Step>("bad row", "flush", "ready", "timer", "turn", "hold", "release"),
  ),
  { maxLength: 80 },
);
const fates = fc.array(fc.constantFrom<Fate>("commits", "fails", "conflicts", "lost", "landed"), {
  maxLength: 12,
});
const resolutions = fc.array(fc.constantFrom<"fails" | "unknown">("fails", "unknown"), {
  maxLength: 3,
});

class History {
  readonly #storage = new FlakyStorage();
  readonly #timers = new SimulatedTimers();
  readonly #run = openDataset({
    tables: [events, copies],
    storage: this.#storage,
    timers: this.#timers,
  }).run;
  readonly #recorder = this.#run.recorder({ flushRows: FLUSH_ROWS, flushMs: 100 });
  /** Rows that `write` has taken, of both tables. */
  readonly #written: string[] = [];
  /** How many of them flushes that resolved have promised. */
  #promised = 0;
  #release = (): void => {};
  readonly #calls: Promise<unknown>[] = [];

  constructor(fates: readonly Fate[], resolutions: readonly ("fails" | "unknown")[]) {
    this.#storage.fates.push(...fates);
    this.#storage.resolutions.push(...resolutions);
  }

  async take(step: Step): Promise<void> {
    switch (step) {
      case "write":
        return this.#write();
      case "bad row":
        expect(() => this.#recorder.write("events", { tick: 0, n: 0.5 })).toThrow();
        return;
      case "flush":
        return this.#flush();
      case "ready":
        this.#calls.push(this.#recorder.ready().catch(() => undefined));
        return;
      case "timer":
        return this.#timers.advance(100);
      case "turn":
        return this.#timers.turn();
      case "hold":
        this.#release();
        this.#release = this.#storage.hold();
        return;
      case "release":
        return this.#release();
    }
  }

  async check(): Promise<void> {
    const { events = [], copies = [] } = await this.#committed();
    const count = events.length + copies.length;
    expect([...events, ...copies].sort()).toEqual(this.#written.slice(0, count).sort());
    expect(count).toBeGreaterThanOrEqual(this.#promised);
  }

  /** Closes, again and again as long as the storage fails. */
  async end(): Promise<void> {
    this.#release();
    await Promise.all(this.#calls);
    const closed = () =>
      this.#recorder.close().then(
        () => true,
        () => false,
      );
    while (!(await closed())) await this.check();
    this.#promised = this.#written.length;
    await this.check();
    expect(this.#recorder.heldRows).toBe(0);
    expect(this.#timers.pendingCount).toBe(0);
  }

  /** One row, of the tables in turn. A flush that failed is told here: then no row was taken. */
  #write(): void {
    const n = this.#written.length;
    const table = n % 2 === 0 ? events : copies;
    try {
      this.#recorder.write(table, { tick: n, n });
      this.#written.push(`${table.name} ${n}`);
    } catch (error) {
      expect(error).toMatchObject({
        code: expect.stringMatching(/^(IO|CONFLICT|UNKNOWN_OUTCOME)$/),
      });
    }
  }

  #flush(): void {
    const count = this.#written.length;
    const promise = (): void => {
      this.#promised = Math.max(this.#promised, count);
    };
    this.#calls.push(this.#recorder.flush().then(promise, () => undefined));
  }

  async #committed(): Promise<Record<string, string[]>> {
    const state = this.#storage.states[this.#storage.version];
    const rows: Record<string, string[]> = {};
    for (const table of [events, copies]) {
      if (!state?.has(table.name)) continue;
      const all = await this.#run.scan(table).toRows();
      rows[table.name] = all.map(({ n }) => `${table.name} ${n}`);
    }
    return rows;
  }
}

test("random histories of a recorder lose nothing and repeat nothing", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fates, resolutions, async (steps, fates, resolutions) => {
      const history = new History(fates, resolutions);
      for (const step of steps) {
        await history.take(step);
        if (step === "turn") await history.check();
      }
      await history.end();
    }),
    { numRuns: 300 },
  );
});

/**
 * The replay: one commit per day that changes both tables together, from the day after the last
 * committed one. It runs in a child process, which kills itself where it is told to.
 */
import { openRun, type Run } from "crv";
import { airportBalance } from "./airport-balance.js";
import { dayOf, formatDay } from "./calendar.js";
import { flightBatch } from "./flight-batch.js";
import { Airports } from "./flight-columns.js";
import type { PhaseEvent } from "./kill-point.js";
import { PhaseClock, type PhaseTimes } from "./phase-clock.js";
import { readDays } from "./read-days.js";
import { openSource } from "./source-file.js";
import { AIRPORT_BALANCE, FLIGHTS } from "./tables.js";

export interface ReplayOptions {
  readonly root: string;
  readonly runId: string;
  /** Days `[0, endDay)` of the file. */
  readonly endDay: number;
  /** On which day, and where in its commit, the process dies. */
  readonly kill?: PhaseEvent & { readonly day: number };
}

/** Totals of this process so far; reported after every commit. */
export interface ReplayProgress {
  /** Last committed day. */
  readonly day: number;
  readonly commits: number;
  readonly rows: number;
  readonly readingMs: number;
  readonly committingMs: number;
  readonly phases: PhaseTimes;
}

/** Commits what is missing. @param report Called after each commit. */
export async function replay(
  options: ReplayOptions,
  report: (progress: ReplayProgress) => void,
): Promise<void> {
  const { root, runId, endDay, kill } = options;
  const clock = new PhaseClock();
  let committing = -1;
  const passPhase = async (event: PhaseEvent) => {
    clock.observe(event);
    if (committing === kill?.day && event.phase === kill.phase && event.when === kill.when) {
      process.kill(process.pid, "SIGKILL");
      await new Promise<never>(() => {}); // nothing may happen before the signal arrives
    }
  };
  await using run = await openRun({
    root,
    runId,
    tables: [FLIGHTS, AIRPORT_BALANCE],
    onPhase: passPhase,
  });

  const airports = new Airports();
  const fromDay = await nextDay(run);
  let commits = 0;
  let rows = 0;
  let committingMs = 0;
  const startedAt = performance.now();
  for await (const today of readDays(await openSource(), airports, { fromDay, endDay })) {
    const batch = flightBatch(today.flights, airports);
    const balance = airportBalance(today, airports);
    committing = today.day;
    const commitStartedAt = performance.now();
    await run.transaction(
      async (tx) => {
        await tx.insert(FLIGHTS, batch);
        await tx.insert(AIRPORT_BALANCE, balance);
      },
      { actor: "flights-replay", message: `flights of ${formatDay(today.day)}` },
    );
    await passPhase({ phase: "done", when: "before" });
    const now = performance.now();
    committingMs += now - commitStartedAt;
    commits += 1;
    rows += batch.numRows + balance.length;
    const readingMs = now - startedAt - committingMs;
    report({ day: today.day, commits, rows, readingMs, committingMs, phases: clock.times() });
    await passPhase({ phase: "done", when: "after" });
  }
}

/** The day after the last committed one; 0 of a new run. */
async function nextDay(run: Pick<Run, "tables">): Promise<number> {
  const flights = (await run.tables()).find(({ table }) => table === FLIGHTS.name);
  return typeof flights?.tickMax === "number" ? dayOf(flights.tickMax) + 1 : 0;
}

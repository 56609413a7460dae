/** The simulation as a run: what its author writes. */
import { openStore, type Run } from "crv";
import { Market } from "./market.js";
import { recordTick } from "./record-tick.js";

export interface SimulationOptions {
  /** Directory of the store; made when it is missing. */
  readonly root: string;
  readonly agents: number;
  readonly ticks: number;
  readonly seed: number;
}

export interface SimulationReport {
  readonly runId: string;
  /** Directory of the run. */
  readonly path: string;
  readonly version: number;
  /** The first tick that this call simulated; `ticks` when the run was complete. */
  readonly resumedAt: number;
  /** By table. */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * Simulates the ticks that are not in the run yet. A run that was killed is finished; to call it again with
 * the same options adds nothing.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { root, agents, ticks, seed } = options;
  const store = await openStore(root, { create: true });
  await using run = await store.openRun({
    runId: `market-${agents}-${ticks}-${seed}`,
    parameters: { agents, ticks, seed },
    labels: ["market"],
  });
  const isComplete = (await run.info())?.labels.includes(COMPLETE) === true;
  const resumedAt = isComplete ? ticks : await dropLastTick(run);

  const market = new Market({ agents, seed });
  for (let tick = 0; tick < resumedAt; tick++) market.step(tick);
  {
    await using recorder = run.recorder({ actor: "simulation" });
    for (let tick = resumedAt; tick < ticks; tick++) {
      recordTick(recorder, tick, market.step(tick), market);
      await recorder.ready();
    }
  }
  if (!isComplete) await store.labelRun(run.runId, { add: [COMPLETE] });

  const rows = Object.fromEntries((await run.tables()).map(({ table, rows }) => [table, rows]));
  return { runId: run.runId, path: run.path, version: run.version, resumedAt, rows };
}

/** On a run that has all its ticks. */
const COMPLETE = "complete";

/**
 * What is committed is a beginning of what was written, so only the last tick can lack rows: it is removed,
 * and simulated again.
 *
 * @returns the tick to go on with.
 */
async function dropLastTick(run: Run): Promise<number> {
  const tables = await run.tables();
  const last = Math.max(-1, ...tables.map(({ tickMax }) => tickMax ?? -1));
  if (last < 0) return 0;
  await run.transaction(
    async (transaction) => {
      for (const { table } of tables) await transaction.delete(table, { tick: { ge: last } });
    },
    { actor: "simulation", message: `go on at tick ${last}` },
  );
  return last;
}

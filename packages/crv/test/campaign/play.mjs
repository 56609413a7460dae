/**
 * Campaigns of true processes on the true disk: writers of one run are killed with SIGKILL at random
 * moments, or stopped past their lease and continued; others recover what they left, also at once.
 * After every step the run is recovered and checked. The seed decides what happens; when it happens
 * is left to the machine.
 */
import { closeSync, fsyncSync, openSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openRun } from "crv";
import { checkRun } from "./check-run.mjs";
import { History } from "./history.mjs";
import { planStep, STEPS_PER_RUN } from "./plan-step.mjs";
import { scenarios } from "./scenarios.mjs";
import { TABLES } from "./tables.mjs";
import { WriterProcess } from "./writer-process.mjs";

/** @typedef {{ kills: number, stops: number } & Record<string, number>} Counts */

/**
 * @typedef {object} CampaignOptions
 * @property {string} directory where the runs are made; it stays
 * @property {number} seed
 * @property {number} kills after so many the campaign ends
 * @property {number} [until] ms since 1970, when it ends whatever was killed
 * @property {(counts: Counts) => void} [onStep]
 */

/** A step after which something did not hold. */
export class CampaignFailure extends Error {
  /** @param {number} seed @param {import("./plan-step.mjs").Step} step @param {string} directory @param {unknown} cause */
  constructor(seed, { step, scenario, runId }, directory, cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`seed ${seed}, step ${step} (${scenario}), run ${runId} in ${directory}: ${reason}`, {
      cause,
    });
  }
}

/**
 * @param {CampaignOptions} options
 * @returns {Promise<Counts>} what happened, by kind
 * @throws CampaignFailure
 */
export async function playCampaign({
  directory,
  seed,
  kills,
  until = Number.POSITIVE_INFINITY,
  onStep,
}) {
  const root = join(directory, "store");
  await mkdir(root, { recursive: true });
  const acknowledgements = openSync(join(directory, "told.ndjson"), "a");
  /** @type {Counts} */
  const counts = { kills: 0, stops: 0 };
  const start = (/** @type {import("./plan-step.mjs").Step} */ step) =>
    step.writers.map((options) => new WriterProcess({ ...options, root }, acknowledgements));
  let next = planStep(seed, 0);
  let spare = start(next);
  /** @type {Watch | undefined} */
  let watch;
  try {
    while (counts.kills < kills && Date.now() < until) {
      const step = next;
      const writers = spare;
      // The next ones load meanwhile.
      next = planStep(seed, step.step + 1);
      spare = start(next);
      try {
        if (step.step % STEPS_PER_RUN === 0) {
          await watch?.run.close();
          watch = new Watch(await openRun({ root, runId: step.runId, tables: TABLES }));
        }
        await /** @type {Watch} */ (watch).play(step, writers, counts);
        fsyncSync(acknowledgements);
      } catch (cause) {
        throw new CampaignFailure(seed, step, directory, cause);
      } finally {
        await Promise.allSettled(writers.map((writer) => writer.kill()));
      }
      onStep?.(counts);
    }
    return counts;
  } finally {
    await Promise.allSettled(spare.map((writer) => writer.kill()));
    await watch?.run.close().catch(() => {});
    closeSync(acknowledgements);
  }
}

/** One run, kept open by the process that watches the others. */
class Watch {
  #history = new History();
  #appends = 0;

  /** @param {import("crv").Run<any>} run */
  constructor(run) {
    this.run = run;
  }

  /**
   * @param {import("./plan-step.mjs").Step} step
   * @param {readonly WriterProcess[]} writers
   * @param {Counts} counts
   */
  async play(step, writers, counts) {
    const suspect = (/** @type {WriterProcess} */ writer) => this.#history.suspect(writer.writer);
    const [first, second = first] = /** @type {[WriterProcess, WriterProcess?]} */ (
      /** @type {unknown} */ (writers)
    );
    await scenarios[step.scenario]({ step, first, second, watcher: this.run, suspect });
    await this.#recover(step);
    // A process that was open all the time writes on, without a restart of anything.
    await this.#append(step);
    const leftovers = step.scenario === "stop" && step.secondIsKilled;
    const before = this.#history.recoveries.size;
    const untold = await this.#check(writers, leftovers);
    count(counts, step.scenario);
    count(counts, "landed untold", untold);
    for (const [, kind] of [...this.#history.recoveries].slice(before)) count(counts, kind);
    for (const writer of writers) countTold(counts, writer);
  }

  /**
   * What others see who open the run now, and what the process sees that had it open all the time.
   * @param {readonly WriterProcess[]} writers @param {boolean} leftovers
   */
  async #check(writers, leftovers) {
    const run = await this.#open();
    try {
      return await checkRun(run, this.run, this.#history, writers, { leftovers });
    } finally {
      await run.close();
    }
  }

  #open() {
    const { path, runId } = this.run;
    return openRun({ root: join(path, "..", ".."), runId });
  }

  /** @param {import("./plan-step.mjs").Step} step */
  async #recover({ recoverBy }) {
    if (recoverBy === "refresh") await this.run.refresh();
    if (recoverBy === "open") await (await this.#open()).close();
  }

  /** @param {import("./plan-step.mjs").Step} step */
  async #append({ step }) {
    const operation = {
      kind: "append",
      writer: "watcher",
      n: this.#appends++,
      ticks: [step],
      id: 0,
    };
    const row = { tick: step, writer: operation.writer, n: operation.n };
    await this.run.append("events", [row], { message: JSON.stringify(operation) });
  }
}

/** @param {Counts} counts @param {WriterProcess} writer */
function countTold(counts, { told, wasKilled, wasStopped }) {
  if (wasKilled) count(counts, "kills");
  if (wasStopped) count(counts, "stops");
  for (const { told: what, kind, conflict } of told) {
    count(counts, conflict ? `refused: ${conflict}` : what);
    if (what === "committed") count(counts, `committed: ${kind}`);
  }
}

/** @param {Counts} counts @param {string} name @param {number} [more] */
function count(counts, name, more = 1) {
  counts[name] = (counts[name] ?? 0) + more;
}

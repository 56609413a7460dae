/** What happens in one step of a campaign. Pure: the seed and the number of the step decide it. */
import { seededRandom } from "@crv/storage-trait/testing";

/** Steps that share one run: enough for a history, few enough to be checked as a whole each time. */
export const STEPS_PER_RUN = 25;

/** Short, so that a process that is stopped is not waited for long. */
const LEASE_MS = 300;

/** From the last operation that was told to the kill: a few commits. */
const KILL_DELAY_MS_MAX = 30;

/** Above what a writer does before it is killed. */
const OPERATIONS_MAX = 40;

/** How often each scenario comes, of 10. */
const SCENARIOS = /** @type {const} */ ([
  ...Array(4).fill("kill"),
  ...Array(2).fill("beside"),
  ...Array(2).fill("recoverers"),
  ...Array(2).fill("stop"),
]);

/**
 * @typedef {object} Step
 * @property {number} step from 0
 * @property {string} runId
 * @property {"kill" | "beside" | "recoverers" | "stop"} scenario
 * @property {readonly Omit<import("./writer-process.mjs").WriterOptions, "root">[]} writers
 * @property {number} operations that the first has been told of before it is killed or stopped
 * @property {number} delayMs from then on
 * @property {number} secondDelayMs likewise of the second, or of the first once it was continued
 * @property {boolean} secondIsKilled instead of being let end
 * @property {"open" | "refresh" | "append"} recoverBy what the process that watches does first
 */

/** @param {number} seed @param {number} step @returns {Step} */
export function planStep(seed, step) {
  const random = seededRandom(seed * 1_000_003 + step);
  // The seeds of neighbours are alike; the first numbers drawn are not.
  const scenario = random.pick(SCENARIOS);
  const runId = `run-${Math.floor(step / STEPS_PER_RUN)}`;
  const count = scenario === "kill" || scenario === "stop" ? 1 : 2;
  return {
    step,
    runId,
    scenario,
    writers: Array.from({ length: count }, (_, index) => ({
      runId,
      writer: `w${step}${"ab"[index]}`,
      seed: random.integer(2 ** 31),
      operations: OPERATIONS_MAX,
      burst: 0.2,
      reads: random.fraction() < 0.5,
      durability: random.pick(/** @type {const} */ (["full", "process"])),
      ...(scenario === "stop" && { leaseMs: LEASE_MS }),
    })),
    operations: random.integer(5),
    delayMs: random.fraction() * KILL_DELAY_MS_MAX,
    secondDelayMs: random.fraction() * KILL_DELAY_MS_MAX,
    secondIsKilled: random.fraction() < 0.5,
    recoverBy: random.pick(/** @type {const} */ (["open", "refresh", "append"])),
  };
}

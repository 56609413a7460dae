/**
 * What may happen to the writers of one step. When a scenario returns, all of them are dead or have
 * ended; what they left is not recovered yet, but for what the scenario itself is about.
 */
import { setTimeout as sleep } from "node:timers/promises";

/** @typedef {import("./plan-step.mjs").Step} Step */
/** @typedef {import("./writer-process.mjs").WriterProcess} WriterProcess */

/**
 * @typedef {object} Scene
 * @property {Step} step
 * @property {WriterProcess} first
 * @property {WriterProcess} second of scenarios with two writers
 * @property {import("crv").Run<any>} watcher a run that the watching process keeps open
 * @property {(writer: WriterProcess) => void} suspect to be told before a writer is killed or stopped
 */

/** Between two looks at what a stopped writer left. */
const POLL_MS = 25;

/** Operations that a writer must be able to end after another was killed, or after it was continued. */
const NEXT_OPERATIONS = 2;

/** @type {Readonly<Record<Step["scenario"], (scene: Scene) => Promise<void>>>} */
export const scenarios = {
  /** One writer is killed. */
  async kill({ step, first: victim, ...scene }) {
    await killAfter(scene, victim, step);
  },

  /** Of two that write at once one is killed; the other goes on, without a restart of anything. */
  async beside({ step, first: victim, second: survivor, ...scene }) {
    survivor.go();
    await killAfter(scene, victim, step);
    await survivor.reached(survivor.operations.length + NEXT_OPERATIONS);
    await finish(scene, survivor, step);
  },

  /** What a killed writer left is recovered by two processes at once; one of them may die of it. */
  async recoverers({ step, first: victim, second, watcher, ...scene }) {
    await killAfter(scene, victim, step);
    second.go();
    const recovered = watcher.refresh();
    if (step.secondIsKilled)
      await killAfter(scene, second, { operations: 0, delayMs: step.secondDelayMs }, true);
    await recovered;
    if (!step.secondIsKilled) {
      await second.reached(NEXT_OPERATIONS);
      await second.end();
    }
  },

  /** A writer stands still past its lease; it is fenced, and told so when it is continued. */
  async stop({ step, first: victim, watcher, ...scene }) {
    victim.go();
    await victim.reached(step.operations);
    await sleep(step.delayMs);
    scene.suspect(victim);
    victim.signal("SIGSTOP");
    // Its lease is short: then what it had under way is settled without it.
    while ((await watcher.refresh()).recovered.left.length > 0) await sleep(POLL_MS);
    victim.signal("SIGCONT");
    await victim.reached(victim.operations.length + NEXT_OPERATIONS);
    await finish(scene, victim, step);
  },
};

/**
 * Kills a writer some time after it was told of so many operations.
 *
 * @param {Pick<Scene, "suspect">} scene @param {WriterProcess} victim
 * @param {Pick<Step, "operations" | "delayMs">} when @param {boolean} [isGoing]
 */
async function killAfter({ suspect }, victim, { operations, delayMs }, isGoing = false) {
  if (!isGoing) victim.go();
  await victim.reached(operations);
  await sleep(delayMs);
  suspect(victim);
  await victim.kill();
}

/** @param {Pick<Scene, "suspect">} scene @param {WriterProcess} writer @param {Step} step */
async function finish({ suspect }, writer, { secondIsKilled, secondDelayMs }) {
  if (!secondIsKilled) return writer.end();
  await sleep(secondDelayMs);
  suspect(writer);
  await writer.kill();
}

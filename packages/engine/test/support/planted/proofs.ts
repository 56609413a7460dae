/**
 * The proofs in the sizes in which planted bugs are run against them: each must be large enough to
 * catch what it is named for, and small enough to be run once for every bug.
 */
import assert from "node:assert/strict";
import { searchSchedules } from "../bounded-search.js";
import { crashEveryCall, crashEveryRecovery } from "../crash-windows.js";
import { DAMAGES, mergeOverDamage } from "../damaged-filters.js";
import { evolveUnderAppends } from "../evolution-proof.js";
import { plantEveryFault } from "../fault-proof.js";
import { registerTwice } from "../foreign-files-proof.js";
import { checkHistory } from "../history/check-history.js";
import { recordHistory } from "../history/live-history.js";
import { runModel } from "../model/run-model.js";
import { runUniverse } from "../random-universe.js";
import { SMALL_CASES } from "../small-cases.js";
import { WRITERS } from "../writers.js";

const POWER_STATES_MAX = 6;
const UNIVERSES = 200;
const HISTORIES = 40;
const MODEL_RUNS = 100;

const writers = WRITERS.filter(({ from }) => from === undefined);

export const PROOFS = {
  async "crash windows"() {
    for (const writer of writers) await crashEveryCall(writer, { kind: "process" });
  },
  async "loss of power"() {
    for (const writer of writers)
      await crashEveryCall(writer, { kind: "power", statesMax: POWER_STATES_MAX });
  },
  async "crash windows of recovery"() {
    for (const writer of writers) await crashEveryRecovery(writer, { kind: "process" });
  },
  async faults() {
    await plantEveryFault();
  },
  async "every schedule"() {
    for (const { make } of SMALL_CASES) await searchSchedules(make, 1);
  },
  async "damaged key filters"() {
    for (const damage of Object.values(DAMAGES)) await mergeOverDamage(damage);
  },
  async "random universes"() {
    const options = { writers: 3, operations: 10, faultProbability: 0.005, stopProbability: 0.006 };
    for (let seed = 1; seed <= UNIVERSES; seed++) await runUniverse({ ...options, seed });
  },
  async "change of columns"() {
    await evolveUnderAppends();
  },
  async "files of other programs"() {
    await registerTwice();
  },
  async histories() {
    const options = { writers: 3, operations: 10, faultProbability: 0, stopProbability: 0.004 };
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const { history } = await recordHistory({ ...options, seed });
      assert.deepEqual(checkHistory(history), []);
    }
  },
  async "model of the run"() {
    await runModel({ seed: 1, runs: MODEL_RUNS, commandsMax: 16 });
  },
} as const satisfies Record<string, () => Promise<void>>;

export type ProofName = keyof typeof PROOFS;

/**
 * The proofs in the sizes in which planted bugs are run against them: each must be large enough to
 * catch what it is named for, and small enough to be run once for every bug.
 */
import assert from "node:assert/strict";
import { changeWhatWasRead } from "../artifact-proof.js";
import { searchSchedules } from "../bounded-search.js";
import {
  crashBranchWriter,
  crashWithIdOfMain,
  nameWhileTrimmed,
  writeToDeleted,
} from "../branch-proofs.js";
import { crashEveryCall, crashEveryRecovery } from "../crash-windows.js";
import { DAMAGES, mergeOverDamage } from "../damaged-filters.js";
import { evolveUnderAppends } from "../evolution-proof.js";
import { plantEveryFault } from "../fault-proof.js";
import { registerTwice } from "../foreign-files-proof.js";
import { checkHistory } from "../history/check-history.js";
import { recordHistory } from "../history/live-history.js";
import {
  crashMerge,
  mergeAgainstModel,
  mergeBeside,
  mergeWhileCleanedUp,
} from "../merge-proofs.js";
import { runModel } from "../model/run-model.js";
import { runUniverse } from "../random-universe.js";
import { SMALL_CASES } from "../small-cases.js";
import { WRITERS, type Writer } from "../writers.js";

const MERGE_RUNS = 40;
const POWER_STATES_MAX = 6;
const UNIVERSES = 200;
const HISTORIES = 40;
const MODEL_RUNS = 100;

const repairs = WRITERS.filter(({ recover }) => recover !== undefined);
const writers = WRITERS.filter(({ from }) => from === undefined);

/** @param within Name of the writer or the case that alone is played; all when undefined. */
export type Proof = (within?: string) => Promise<void>;

export const PROOFS = {
  "crash windows": each(writers, (writer: Writer) => crashEveryCall(writer, { kind: "process" })),
  "loss of power": each(writers, (writer: Writer) =>
    crashEveryCall(writer, { kind: "power", statesMax: POWER_STATES_MAX }),
  ),
  "crash windows of recovery": each(writers, (writer: Writer) =>
    crashEveryRecovery(writer, { kind: "process" }),
  ),
  "crash windows of repair": each(repairs, (writer: Writer) =>
    crashEveryCall(writer, { kind: "process" }),
  ),
  async branches() {
    assert.equal((await crashBranchWriter()).size, 2);
    await crashWithIdOfMain();
    await nameWhileTrimmed();
    await writeToDeleted();
  },
  async merges() {
    await mergeBeside("deletes the branch");
    await mergeBeside("merges the branch and takes it back");
    assert.ok((await mergeWhileCleanedUp()).has("merged"));
    assert.equal((await crashMerge()).size, 2);
    await mergeAgainstModel(MERGE_RUNS, 1);
  },
  async faults() {
    await plantEveryFault();
  },
  "every schedule": each(SMALL_CASES, ({ make }) => searchSchedules(make, 1)),
  async "damaged key filters"() {
    for (const damage of Object.values(DAMAGES)) await mergeOverDamage(damage);
  },
  async "random universes"() {
    const options = { writers: 3, operations: 10, faultProbability: 0.005, stopProbability: 0.006 };
    for (let seed = 1; seed <= UNIVERSES; seed++) await runUniverse({ ...options, seed });
  },
  async "a file that is read"() {
    await changeWhatWasRead();
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
} as const satisfies Record<string, Proof>;

export type ProofName = keyof typeof PROOFS;

/** Plays every subject, or the one of this name. */
function each<T extends { readonly name: string }>(
  subjects: readonly T[],
  play: (subject: T) => Promise<unknown>,
): Proof {
  return async (within) => {
    const chosen = subjects.filter(({ name }) => within === undefined || name === within);
    assert.ok(chosen.length > 0, `nothing to play is called ${within}`);
    for (const subject of chosen) await play(subject);
  };
}

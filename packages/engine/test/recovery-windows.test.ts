/**
 * Goal: recovery may die at any of its storage calls; the next one ends what it began.
 *
 * Method: as in crash-windows.test.ts, and each recovery of a crashed writer is itself crashed before
 * every storage call, then done again and checked.
 *
 * Exhaustive: both crashes, where processes died. Sampled: of a loss of power, the state that keeps
 * least (`CRV_PROOF=full`: 24 states for each call). Not in the slice: writers
 * whose windows begin late (`from`), since the recovery of a long run makes hundreds of calls, and
 * they are those of the recovery of an append.
 *
 * Invariants: those of crash-windows.test.ts.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { countIn } from "./support/count-in.js";
import { crashEveryRecovery } from "./support/crash-windows.js";
import { isFullProof, proofSize } from "./support/proof-size.js";
import { WRITERS } from "./support/writers.js";

const POWER_STATES_MAX = proofSize(1, 24);

const writers = WRITERS.filter(({ from }) => isFullProof || from === undefined);

describe.each(writers)("crash windows of the recovery: $name", (writer) => {
  test("every second death of a process is recovered", async ({ task }) => {
    const report = await crashEveryRecovery(writer, { kind: "process" });
    countIn(task, report.recoveryWindows);
    console.log(`${writer.name}: ${report.recoveryWindows} windows of recovery`);
    assert.ok(report.recoveryWindows > 25, "recovery makes storage calls");
  }, 600_000);

  test("every death after a loss of power is recovered", async ({ task }) => {
    const report = await crashEveryRecovery(writer, { kind: "power", statesMax: POWER_STATES_MAX });
    countIn(task, report.recoveryWindows);
    console.log(`${writer.name}: ${report.recoveryWindows} windows of recovery after power loss`);
    assert.ok(report.recoveryWindows > 25, "recovery makes storage calls");
  }, 3_600_000);
});

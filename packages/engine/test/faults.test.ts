/**
 * Goal: whatever a storage call does wrong, an operation is reported as what it is.
 *
 * Method: an append to two tables, with each fault that fits at each of its storage calls: errors
 * with and without effect, short and torn writes, answers that never come, requests that land late
 * or twice. Exhaustive for one fault at a time; several at once are in interleavings.test.ts.
 *
 * Invariants: a commit that was acknowledged is there; one that was refused never appears; `unknown`
 * resolves to one of the two and stays so (I1, I3); all else by `checkRun`.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { plantEveryFault } from "./support/fault-proof.js";

describe("faults at every storage call", () => {
  test("are reported as what they are", async () => {
    const { calls, told } = await plantEveryFault();
    console.log(`${calls} calls; told: ${JSON.stringify(told)}`);
    assert.ok(told.unknown > 0, "some outcomes are unknown");
    assert.ok(told.refused > 0, "some are refused");
  }, 240_000);
});

/**
 * Goal: two processes with one operation each behave in every schedule, not only in likely ones.
 *
 * Method: systematic search with a bound of preemptions (support/bounded-search.ts). Exhaustive up to
 * that bound: 1, and 2 for the cases that name it; `CRV_PROOF=full` searches one more.
 *
 * Invariants: those of `checkRun`; which operations may commit together is stated with each case.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { searchSchedules } from "./support/bounded-search.js";
import { proofSize } from "./support/proof-size.js";
import { SMALL_CASES } from "./support/small-cases.js";

describe("every schedule", () => {
  test.each(SMALL_CASES)(
    "of $name",
    async ({ name, make, preemptionsMax }) => {
      const bound = preemptionsMax + proofSize(0, 1);
      const { schedules, callsMax } = await searchSchedules(make, bound);
      console.log(`${name}: ${schedules} schedules of ${callsMax} calls, ${bound} preemptions`);
      assert.ok(schedules > 20, "there is something to choose");
    },
    3_600_000,
  );
});

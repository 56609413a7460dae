/**
 * Goal: what clients see of the engine is strictly serializable, whatever fails (I10).
 *
 * Method: random universes whose transactions read and append to lists in two tables; everything that
 * was read, and when, is checked as one history (support/history/check-history.ts). A failure names
 * the options of its universe, which replay it.
 *
 * Sampled; `CRV_PROOF=full` runs more. Reads of a transaction come before its writes.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { checkHistory } from "./support/history/check-history.js";
import { recordHistory } from "./support/history/live-history.js";
import { proofSize } from "./support/proof-size.js";

const UNIVERSES = proofSize(60, 5_000);

describe("histories of random universes", () => {
  test.each([
    { what: "nothing fails", faultProbability: 0, stopProbability: 0 },
    { what: "faults, deaths and zombies", faultProbability: 0.005, stopProbability: 0.005 },
  ])(
    "are strictly serializable: $what",
    async ({ faultProbability, stopProbability }) => {
      let transactions = 0;
      let steps = 0;
      for (let seed = 1; seed <= UNIVERSES; seed++) {
        const options = { seed, writers: 3, operations: 10, faultProbability, stopProbability };
        const { history } = await recordHistory(options);
        assert.deepEqual(checkHistory(history), [], JSON.stringify(options));
        transactions += history.length;
        steps += history.reduce((sum, transaction) => sum + transaction.steps.length, 0);
      }
      console.log(`${UNIVERSES} universes, ${transactions} transactions of ${steps} steps`);
      assert.ok(steps > transactions, "transactions read and write");
    },
    3_600_000,
  );
});

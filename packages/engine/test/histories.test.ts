/**
 * Goal: what clients see of the engine is strictly serializable, whatever fails (I10).
 *
 * Method: random universes whose transactions read and append to lists in two tables; everything that
 * was read, and when, is checked as one history (support/history/check-history.ts). A failure names
 * the options of its universe, which replay it.
 *
 * Sampled: 100,000 reads and appends of lists, 1,000,000 with `CRV_PROOF=full` or by
 * `npm run simulate -- --histories`. Reads of a transaction come before its writes.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { checkHistory } from "./support/history/check-history.js";
import { recordHistory } from "./support/history/live-history.js";
import { proofSize } from "./support/proof-size.js";
import { replayOf } from "./support/random-universe.js";

/** Reads and appends of lists, in each of the two kinds of universes. */
const LIST_OPERATIONS = proofSize(50_000, 500_000);

describe("histories of random universes", () => {
  test.each([
    { what: "nothing fails", faultProbability: 0, stopProbability: 0 },
    { what: "faults, deaths and zombies", faultProbability: 0.005, stopProbability: 0.005 },
  ])(
    "are strictly serializable: $what",
    async ({ faultProbability, stopProbability }) => {
      let transactions = 0;
      let steps = 0;
      let seed = 0;
      while (steps < LIST_OPERATIONS) {
        const options = {
          seed: ++seed,
          writers: 3,
          operations: 10,
          faultProbability,
          stopProbability,
        };
        const { history } = await recordHistory(options);
        assert.deepEqual(checkHistory(history), [], `${replayOf(options)} --histories`);
        transactions += history.length;
        steps += history.reduce((sum, transaction) => sum + transaction.steps.length, 0);
      }
      console.log(`${seed} universes, ${transactions} transactions, ${steps} reads and appends`);
      assert.ok(steps > transactions, "transactions read and write");
    },
    3_600_000,
  );
});

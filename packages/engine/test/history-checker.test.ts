/**
 * Goal: the checker of histories finds what is wrong, all of it, and nothing else.
 *
 * Method: generated histories of a correct store must pass; with one anomaly planted among thousands
 * of transactions, exactly its class must be found.
 *
 * 100,000 transactions in a test run, 1,000,000 with `CRV_PROOF=full`.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { checkHistory } from "./support/history/check-history.js";
import { generateHistory } from "./support/history/generate-history.js";
import { PLANTED_ANOMALIES, plant, UNTOLD } from "./support/history/planted-anomalies.js";
import { proofSize } from "./support/proof-size.js";

describe("checkHistory", () => {
  test("finds nothing in a history of a correct store", () => {
    const transactions = proofSize(100_000, 1_000_000);
    const history = generateHistory({ seed: 1, transactions, atOnce: 8 });
    const steps = history.reduce((sum, { steps }) => sum + steps.length, 0);
    const start = performance.now();
    const anomalies = checkHistory(history);
    const seconds = (performance.now() - start) / 1000;
    console.log(
      `${transactions} transactions of ${steps} steps, checked in ${seconds.toFixed(1)} s`,
    );
    assert.deepEqual(anomalies, []);
  }, 600_000);

  test("finds nothing in small histories of many shapes", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const history = generateHistory({ seed, transactions: 60, atOnce: 1 + (seed % 9) });
      assert.deepEqual(checkHistory(history), [], `seed ${seed}`);
    }
  });

  test.each(PLANTED_ANOMALIES)("finds $kind: $why", (planted) => {
    const history = plant(generateHistory({ seed: 2, transactions: 5_000, atOnce: 8 }), planted);
    const kinds = checkHistory(history).map(({ kind }) => kind);
    assert.deepEqual(kinds, [planted.kind]);
  });

  test("finds nothing in what nobody was told of", () => {
    assert.deepEqual(checkHistory(UNTOLD), []);
  });
});

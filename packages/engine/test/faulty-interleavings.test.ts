/**
 * Goal and method: those of `interleavings.test.ts`, in universes where calls fail, answers are lost,
 * requests arrive late and processes die at any call. A file of its own, so that both run at once.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { playCampaign } from "./support/campaign.js";
import { proofSize } from "./support/proof-size.js";

describe("random universes with faults", () => {
  test("calls fail and processes die at any call", async () => {
    const { died, unknown, fenced } = await playCampaign({
      writers: 3,
      operations: 10,
      faultProbability: 0.006,
      stopProbability: 0.004,
      firstSeed: 200_001,
      universes: proofSize(5_000, 30_000),
    });
    assert.ok(died > 0 && unknown > 0 && fenced > 0);
  }, 3_600_000);
});

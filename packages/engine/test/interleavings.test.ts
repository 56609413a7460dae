/**
 * Goal: however writers, recoverers and readers interleave, and whatever fails meanwhile, every
 * invariant holds in the end, and all rows that anyone read are those that the log says.
 *
 * Method: random universes (support/random-universe.ts) of three writers with ten operations each,
 * up to three in flight, held against an oracle of rows (support/row-oracle.ts). A failure prints its
 * schedule and the command that replays it. With `faulty-interleavings.test.ts` 10,000 of them; this
 * is a slice, and `npm run simulate` runs as many as wanted.
 *
 * Invariants: those of `checkRun` and of the oracle; where nothing fails and nobody stands still,
 * nothing is unknown.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { playCampaign } from "./support/campaign.js";
import { proofSize } from "./support/proof-size.js";
import { replayOf, runUniverse, UniverseFailure } from "./support/random-universe.js";

const SHAPE = { writers: 3, operations: 10 };
const TIMEOUT_MS = 3_600_000;

describe("random universes", () => {
  test(
    "nothing fails: every operation is told its outcome, and those at once share records",
    async () => {
      const universes = proofSize(2_000, 10_000);
      const options = { ...SHAPE, faultProbability: 0, stopProbability: 0 };
      const totals = await playCampaign({ ...options, firstSeed: 1, universes });
      assert.deepEqual([totals.unknown, totals.died, totals.fenced], [0, 0, 0]);
      assert.equal(totals.committed + totals.refused, universes * 30);
      assert.ok(totals.grouped > 0, "some share a record");
    },
    TIMEOUT_MS,
  );

  test(
    "processes stand still past their lease: some wake up and find themselves fenced",
    async () => {
      const universes = proofSize(3_000, 20_000);
      const options = { ...SHAPE, faultProbability: 0, stopProbability: 0.006 };
      const totals = await playCampaign({ ...options, firstSeed: 100_001, universes });
      assert.ok(totals.stops > universes, "more than one stop per universe");
      assert.ok(totals.fenced > universes / 2, "many find themselves fenced");
    },
    TIMEOUT_MS,
  );

  test("a seed replays its schedule", async () => {
    const options = { writers: 3, operations: 4, faultProbability: 0.01, stopProbability: 0.004 };
    const first = await runUniverse({ ...options, seed: 7 });
    const second = await runUniverse({ ...options, seed: 7 });
    assert.deepEqual(second.journal.lines(), first.journal.lines());
  });

  test("a failure says why, where, and how it is replayed", async () => {
    const options = { seed: 7, ...SHAPE, faultProbability: 0.01, stopProbability: 0.004 };
    const attempt = () => Promise.reject(new TypeError("planted"));
    await assert.rejects(runUniverse(options, { attempt }), (error) => {
      assert.ok(error instanceof UniverseFailure);
      assert.match(error.message, /^planted\n/);
      assert.ok(error.message.endsWith(`\nreplay: ${replayOf(options)}`));
      return true;
    });
  });
});

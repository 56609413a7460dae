/**
 * Goal: however writers, recoverers and readers interleave, and whatever fails meanwhile, every
 * invariant holds in the end.
 *
 * Method: random universes (support/random-universe.ts) of three writers with ten operations each,
 * up to three in flight. A failure names its options, which replay the schedule:
 * `npm run simulate -- --seed N`. This is a slice; `npm run simulate` runs as many as wanted.
 *
 * Invariants: those of `checkRun`; where nothing fails and nobody stands still, nothing is unknown
 * and no blind append is refused (I13).
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { proofSize } from "./support/proof-size.js";
import {
  runUniverse,
  type UniverseOptions,
  type UniverseReport,
} from "./support/random-universe.js";

const UNIVERSES = proofSize(100, 5_000);

type Totals = Record<keyof UniverseReport, number>;

async function campaign(options: Omit<UniverseOptions, "seed">, firstSeed: number) {
  const totals: Partial<Totals> = {};
  for (let seed = firstSeed; seed < firstSeed + UNIVERSES; seed++) {
    const { report } = await runUniverse({ ...options, seed });
    for (const [key, count] of Object.entries(report) as [keyof Totals, number][]) {
      totals[key] = (totals[key] ?? 0) + count;
    }
  }
  console.log(`${UNIVERSES} universes of ${JSON.stringify(options)}: ${JSON.stringify(totals)}`);
  return totals as Totals;
}

describe("random universes", () => {
  test("nothing fails: every operation is told its outcome, and those at once share records", async () => {
    const options = { writers: 3, operations: 10, faultProbability: 0, stopProbability: 0 };
    const totals = await campaign(options, 1);
    assert.deepEqual([totals.unknown, totals.died, totals.fenced], [0, 0, 0]);
    assert.equal(totals.committed + totals.refused, UNIVERSES * 30);
    assert.ok(totals.grouped > 0, "some share a record");
  }, 3_600_000);

  test("processes stand still past their lease: some wake up and find themselves fenced", async () => {
    const options = { writers: 3, operations: 10, faultProbability: 0, stopProbability: 0.006 };
    const totals = await campaign(options, 100_001);
    assert.ok(totals.stops > UNIVERSES, "more than one stop per universe");
    assert.ok(totals.fenced > UNIVERSES / 2, "many find themselves fenced");
  }, 3_600_000);

  test("calls fail and processes die at any call", async () => {
    const options = { writers: 3, operations: 10, faultProbability: 0.006, stopProbability: 0.004 };
    const totals = await campaign(options, 200_001);
    assert.ok(totals.died > 0 && totals.unknown > 0 && totals.fenced > 0);
  }, 3_600_000);

  test("a seed replays its schedule", async () => {
    const options = { writers: 3, operations: 4, faultProbability: 0.01, stopProbability: 0.004 };
    const first = await runUniverse({ ...options, seed: 7 });
    const second = await runUniverse({ ...options, seed: 7 });
    assert.deepEqual(second.journal.lines(), first.journal.lines());
  });
});

/**
 * Goal: however writers, recoverers and readers interleave, and whatever fails meanwhile, every
 * invariant holds in the end.
 *
 * Method: random universes (see support/random-universe.ts). A failure names the seed, which replays
 * the same schedule.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { runUniverse, type UniverseOptions } from "./support/random-universe.js";

const UNIVERSES = Number(process.env["CRV_UNIVERSES"] ?? 150);
const FIRST_SEED = Number(process.env["CRV_SEED"] ?? 1);

async function campaign(options: Omit<UniverseOptions, "seed">) {
  const total = { committed: 0, refused: 0, unknown: 0, died: 0, steps: 0 };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + UNIVERSES; seed++) {
    try {
      const report = await runUniverse({ ...options, seed });
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += report[key];
    } catch (cause) {
      throw new Error(`seed ${seed} of ${JSON.stringify(options)}`, { cause });
    }
  }
  console.log(`${UNIVERSES} universes of ${JSON.stringify(options)}: ${JSON.stringify(total)}`);
  return total;
}

describe("random universes", () => {
  test("three writers, nothing fails: every append lands", async () => {
    const total = await campaign({ writers: 3, operations: 4, faultProbability: 0 });
    assert.equal(total.unknown + total.died, 0);
    assert.ok(total.committed > UNIVERSES * 8);
  }, 600_000);

  test("three writers, faults and crashes at any call", async () => {
    const total = await campaign({ writers: 3, operations: 4, faultProbability: 0.01 });
    assert.ok(total.died > 0 && total.unknown > 0 && total.refused > 0);
  }, 600_000);
});

/**
 * Goal: true processes on the true disk lose nothing that was acknowledged and leave nothing half
 * visible, whenever they are killed, and whoever recovers what they left, also at once.
 *
 * Method: `campaign/play.mjs`, whose scenarios the seed decides; the moments are the machine's. `npm run
 * campaign` plays more of it, by default 1,000 kills.
 *
 * CRV_KILLS sets the number of kills, CRV_SEED the seed.
 */
import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { playCampaign } from "./campaign/play.mjs";
import { scratchDirectory } from "./support/scratch.js";

const KILLS = Number(process.env.CRV_KILLS ?? 50);
const SEED = Number(process.env.CRV_SEED ?? 1);

test(`${KILLS} kills of writers lose nothing and leave nothing half done`, async () => {
  const directory = await scratchDirectory();
  const counts = await playCampaign({ directory, seed: SEED, kills: KILLS });
  console.log(JSON.stringify(counts));
  expect(counts.kills).toBeGreaterThanOrEqual(KILLS);
  // The scenarios were played in earnest.
  for (const kind of ["kill", "beside", "recoverers", "stop", "committed", "RolledBack"]) {
    expect(counts[kind], kind).toBeGreaterThan(0);
  }
  await rm(directory, { recursive: true });
}, 900_000);

/**
 * Campaigns of true processes that are killed: `npm run campaign -- --help`. Prints counts and rate; a
 * failure prints its seed, its step and what did not hold, and its directory stays. Last comes a disk
 * that is full, where one may be mounted.
 *
 * What is played is packages/crv/test/campaign; a slice of it is part of `npm test`.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildToRun } from "../build.mjs";
import { parseOptions, USAGE } from "./options.mjs";

const PROGRESS_MS = 10_000;

const args = process.argv.slice(2);
if (args.includes("--help")) console.log(USAGE);
else process.exitCode = await main();

/** @returns {Promise<number>} the exit code: 1 when something did not hold */
async function main() {
  let options;
  try {
    options = parseOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  if (!(await buildToRun("crv"))) return 2;
  const directory = await mkdtemp(join(tmpdir(), "crv-campaign-"));
  try {
    await play(options, directory);
    await fillDisk(directory);
  } catch (error) {
    console.log(`\nFAILED: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    console.log(`kept: ${directory}; what writers were told: told.ndjson`);
    return 1;
  }
  await rm(directory, { recursive: true });
  return 0;
}

/** @param {import("./options.mjs").CampaignOptions} options @param {string} directory */
async function play({ seed, kills, minutes }, directory) {
  // Built only now.
  const { playCampaign } = await import("../../packages/crv/test/campaign/play.mjs");
  const started = Date.now();
  let shownAt = started;
  const counts = await playCampaign({
    directory,
    seed,
    kills,
    until: started + minutes * 60_000,
    onStep(sofar) {
      if (Date.now() < shownAt + PROGRESS_MS) return;
      shownAt = Date.now();
      print(sofar, started);
    },
  });
  print(counts, started);
}

/** @param {Record<string, number>} counts @param {number} started */
function print({ kills = 0, ...counts }, started) {
  const seconds = (Date.now() - started) / 1000;
  const text = Object.entries(counts)
    .sort()
    .map(([key, count]) => `${key} ${count}`);
  const rate = (kills / seconds).toFixed(1);
  console.log(`${kills} kills in ${seconds.toFixed(0)} s (${rate}/s): ${text.join(", ")}`);
}

/** @param {string} directory */
async function fillDisk(directory) {
  const { mountSmallDisk, smallDisk, surviveFullDisk } = await import(
    "../../packages/crv/test/campaign/full-disk.mjs"
  );
  const disk = join(directory, "disk");
  await mkdir(disk);
  const unmount = await mountSmallDisk(disk);
  if (typeof unmount === "string") {
    console.log(`full disk: skipped, a small one cannot be mounted: ${unmount}`);
    return;
  }
  try {
    const { refused, committed } = await surviveFullDisk(join(disk, "store"), () =>
      smallDisk(disk),
    );
    console.log(`full disk: ${refused} commits refused, ${committed} committed`);
  } finally {
    await unmount();
  }
}

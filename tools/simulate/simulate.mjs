/**
 * Campaigns of random universes: `npm run simulate -- --help`. Prints counts and rate; a failure
 * prints its reason, its schedule, and the line that replays it, and ends the campaign.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { bundleSimulation } from "./bundle.mjs";
import { parseOptions, USAGE } from "./options.mjs";

const PROGRESS_MS = 10_000;
/** Of what a universe allocates nearly all is garbage when it ends: room for it saves copying. */
const YOUNG_GENERATION_MB = 128;

const args = process.argv.slice(2);
if (args.includes("--help")) {
  console.log(USAGE);
} else {
  const directory = await mkdtemp(join(tmpdir(), "crv-simulate-"));
  try {
    process.exitCode = await runCampaign(parseOptions(args, availableParallelism()), directory);
  } catch (error) {
    console.error(error instanceof RangeError ? `${error.message}\n${USAGE}` : error);
    process.exitCode = 2;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/**
 * @param {import("./options.mjs").CampaignOptions} campaign
 * @param {string} directory for the bundle
 * @returns {Promise<number>} the exit code: 1 when an invariant did not hold
 */
async function runCampaign(campaign, directory) {
  const simulation = await bundleSimulation(directory);
  const started = Date.now();
  const until = started + campaign.minutes * 60_000;
  /** @type {Record<string, number>} */
  const totals = { universes: 0 };
  let failed = false;
  /** @type {Worker[]} */
  const workers = [];
  const progress = setInterval(() => print(totals, started), PROGRESS_MS);
  const ends = Array.from({ length: Math.max(1, campaign.jobs) }, (_, offset) => {
    const workerData = { simulation, campaign, offset, until };
    const worker = new Worker(new URL("./play.mjs", import.meta.url), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    workers.push(worker);
    worker.on("message", ({ report, failure, schedule }) => {
      if (failed) return;
      for (const line of schedule) console.log(line);
      if (failure) {
        failed = true;
        printFailure(campaign, failure);
        for (const other of workers) void other.terminate();
        return;
      }
      totals.universes = (totals.universes ?? 0) + 1;
      for (const [key, count] of Object.entries(report)) totals[key] = (totals[key] ?? 0) + count;
    });
    return new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject));
  });
  await Promise.all(ends);
  clearInterval(progress);
  print(totals, started);
  return failed ? 1 : 0;
}

/** @param {Record<string, number>} totals @param {number} started */
function print({ universes = 0, ...counts }, started) {
  const seconds = (Date.now() - started) / 1000;
  const rate = (universes / seconds).toFixed(1);
  const text = Object.entries(counts).map(([key, count]) => `${key} ${count}`);
  console.log(`${universes} universes in ${seconds.toFixed(0)} s (${rate}/s): ${text.join(", ")}`);
}

/**
 * @param {import("./options.mjs").CampaignOptions} campaign
 * @param {{ seed: number, reason: string }} failure
 */
function printFailure(campaign, { seed, reason }) {
  const { writers, operations, faults, stops, histories } = campaign;
  const shape = `--writers ${writers} --operations ${operations} --faults ${faults} --stops ${stops}`;
  console.log(`\nFAILED: ${reason}`);
  console.log(
    `replay: npm run simulate -- --seed ${seed} --universes 1 ${shape}${histories ? " --histories" : ""}`,
  );
}

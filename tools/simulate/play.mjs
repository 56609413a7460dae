/** Plays every n-th universe of a campaign, in a worker, until it is told to end. */
import { parentPort, workerData } from "node:worker_threads";
import { besides } from "./bundle.mjs";

const { simulation, campaign, offset, until } = workerData;
const { runUniverse } = await import(simulation);
const histories = campaign.histories && {
  ...(await import(besides(simulation, "live-history"))),
  ...(await import(besides(simulation, "check-history"))),
};

for (let i = offset; i < campaign.universes && Date.now() < until; i += campaign.jobs) {
  const options = {
    seed: campaign.seed + i,
    writers: campaign.writers,
    operations: campaign.operations,
    faultProbability: campaign.faults,
    stopProbability: campaign.stops,
  };
  parentPort?.postMessage(await play(options));
}

/** @param {{ seed: number }} options */
async function play(options) {
  try {
    if (histories) return await playHistory(options);
    const { report, journal } = await runUniverse(options);
    return { report, schedule: campaign.schedule ? journal.lines() : [] };
  } catch (error) {
    const { journal, cause } = /** @type {any} */ (error);
    return {
      failure: { seed: options.seed, reason: (cause ?? error)?.stack ?? String(error) },
      schedule: journal?.lines() ?? [],
    };
  }
}

/** @param {object} options */
async function playHistory(options) {
  const { history, report, journal } = await histories.recordHistory(options);
  const anomalies = histories.checkHistory(history);
  if (anomalies.length > 0) {
    throw Object.assign(new Error(JSON.stringify(anomalies, null, 2)), { journal });
  }
  const schedule = campaign.schedule ? journal.lines() : [];
  let listOperations = 0;
  for (const { steps } of history) listOperations += steps.length;
  return { report: { ...report, transactions: history.length, listOperations }, schedule };
}

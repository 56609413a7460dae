/** What a campaign is told on its command line. */
import { parseArgs } from "node:util";

/**
 * @typedef {object} CampaignOptions
 * @property {number} seed of the first universe; the others follow
 * @property {number} universes Infinity when `minutes` ends the campaign
 * @property {number} minutes Infinity when `universes` ends it
 * @property {number} writers
 * @property {number} operations that each writer tries
 * @property {number} faults probability of a fault at any storage call
 * @property {number} stops probability of standing still past the lease, at any storage call
 * @property {boolean} histories list transactions, checked as histories
 * @property {boolean} schedule print the schedule of every universe
 * @property {number} jobs processes side by side
 */

export const USAGE = `npm run simulate -- [options]
  --seed N         first seed (1); a failure is replayed by the line that it prints
  --universes N    how many (1000), or
  --minutes N      for how long
  --writers N      in each universe (3)
  --operations N   of each writer (10)
  --faults P       probability of a fault at any storage call (0.005)
  --stops P        probability of standing still past the lease, at any storage call (0.004)
  --histories      transactions on lists, whose histories are checked
  --schedule       print every storage call, in order
  --jobs N         processes side by side (number of cores)`;

/**
 * @param {readonly string[]} args
 * @param {number} cores
 * @returns {CampaignOptions}
 * @throws {RangeError} naming the option
 */
export function parseOptions(args, cores) {
  const text = { type: /** @type {const} */ ("string") };
  const flag = { type: /** @type {const} */ ("boolean"), default: false };
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: text,
      universes: text,
      minutes: text,
      writers: text,
      operations: text,
      faults: text,
      stops: text,
      jobs: text,
      histories: flag,
      schedule: flag,
    },
  });
  const minutes = numberOf("minutes", values.minutes, Number.POSITIVE_INFINITY);
  const many = Number.isFinite(minutes) ? Number.POSITIVE_INFINITY : 1000;
  return {
    seed: numberOf("seed", values.seed, 1),
    universes: numberOf("universes", values.universes, values.schedule ? 1 : many),
    minutes,
    writers: numberOf("writers", values.writers, 3),
    operations: numberOf("operations", values.operations, 10),
    faults: numberOf("faults", values.faults, 0.005),
    stops: numberOf("stops", values.stops, 0.004),
    jobs: values.schedule ? 1 : numberOf("jobs", values.jobs, cores),
    histories: values.histories,
    schedule: values.schedule,
  };
}

/** @param {string} name @param {string | undefined} value @param {number} byDefault */
function numberOf(name, value, byDefault) {
  if (value === undefined) return byDefault;
  const number = Number(value);
  if (value.trim() !== "" && number >= 0) return number;
  throw new RangeError(`--${name} must be a number (got: ${value})`);
}

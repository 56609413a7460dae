/** What a campaign of kills is told on its command line. */
import { parseArgs } from "node:util";

/**
 * @typedef {object} CampaignOptions
 * @property {number} seed
 * @property {number} kills Infinity when `minutes` ends the campaign
 * @property {number} minutes Infinity when `kills` ends it
 */

export const USAGE = `npm run campaign -- [options]
  --kills N      kills of writers (1000), or
  --minutes N    for how long
  --seed N       decides what happens (1); when it happens is left to the machine`;

/**
 * @param {readonly string[]} args
 * @returns {CampaignOptions}
 * @throws {RangeError} naming the option
 */
export function parseOptions(args) {
  const text = { type: /** @type {const} */ ("string") };
  const { values } = parseArgs({
    args: [...args],
    options: { seed: text, kills: text, minutes: text },
  });
  const minutes = numberOf("minutes", values.minutes, Number.POSITIVE_INFINITY);
  const kills = Number.isFinite(minutes) ? Number.POSITIVE_INFINITY : 1000;
  return {
    seed: numberOf("seed", values.seed, 1),
    kills: numberOf("kills", values.kills, kills),
    minutes,
  };
}

/** @param {string} name @param {string | undefined} value @param {number} byDefault */
function numberOf(name, value, byDefault) {
  if (value === undefined) return byDefault;
  const number = Number(value);
  if (value.trim() !== "" && number >= 0) return number;
  throw new RangeError(`--${name} must be a number (got: ${value})`);
}

/** What each setting is called: in programs, in files, and in the environment. */
import { SETTINGS } from "./io-settings.js";
import type { Setting } from "./setting-group.js";
import { VALUATION_SETTINGS } from "./valuation-settings.js";

export const VARIABLE_PREFIX = "CRV_IO_";

export interface NamedSetting {
  /** `tickBucketSize`, `valuation.costMethod`. */
  readonly field: string;
  /** In files: `tick_bucket_size`, `valuation.cost_method`. */
  readonly key: string;
  /** `CRV_IO_TICK_BUCKET_SIZE`; undefined of what no text can say. */
  readonly variable: string | undefined;
  readonly setting: Setting<unknown>;
}

/** Every setting, those of the valuation at the end. */
export const NAMED_SETTINGS: readonly NamedSetting[] = [
  ...Object.entries(SETTINGS)
    .filter(([field]) => field !== "valuation")
    .map(([field, setting]) => named(field, setting)),
  ...Object.entries(VALUATION_SETTINGS).map(([field, setting]) =>
    named(`valuation.${field}`, setting),
  ),
];

function named(field: string, setting: Setting<unknown>): NamedSetting {
  const key = field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const variable = VARIABLE_PREFIX + key.replace(".", "_").toUpperCase();
  return { field, key, variable: field === "fsOptions" ? undefined : variable, setting };
}

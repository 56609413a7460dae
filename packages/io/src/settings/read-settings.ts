/**
 * Settings from outside the program: environment over file over default, field by field.
 * Source: docs/settings.md.
 */
import { IoConfigError } from "@crv/core";
import {
  type Environment,
  type GivenSettings,
  type SettingOrigin,
  settingsOfEnvironment,
  settingsOfFile,
} from "./given-setting.js";
import type { IoSettingsInput } from "./io-settings.js";
import { NAMED_SETTINGS } from "./setting-names.js";
import { parseSettingsFile, SETTINGS_FILES } from "./settings-file.js";

/** Where settings come from; handed in, because this package touches no files. */
export interface SettingsSources {
  readonly environment: Environment;
  /** The text of a file; undefined when there is none. */
  readText(path: string): string | undefined;
}

/** One setting as it is in effect. */
export interface EffectiveSetting {
  /** In programs: `valuation.costMethod`. */
  readonly field: string;
  /** In files: `valuation.cost_method`. */
  readonly key: string;
  /** Undefined when it is unset. */
  readonly value: unknown;
  readonly origin: SettingOrigin;
}

export interface ReadSettings {
  /** What files and the environment say, checked. */
  readonly input: IoSettingsInput;
  /** Every setting, in its documented order. */
  readonly effective: readonly EffectiveSetting[];
}

/**
 * Reads the environment, and `file` or, without it, the first of `crv.toml`, `pyproject.toml` and
 * `package.json` that gives any setting. What another source overrides is checked, too.
 *
 * @throws IoConfigError `INVALID_CONFIG` naming where, the key, the value and what is allowed;
 *   `NOT_FOUND` when there is no `file`.
 */
export function readSettings(sources: SettingsSources, file?: string): ReadSettings {
  const ofFile = file === undefined ? findFile(sources) : namedFile(sources, file);
  const ofEnvironment = settingsOfEnvironment(sources.environment);
  const effective = NAMED_SETTINGS.map(({ field, key, setting }): EffectiveSetting => {
    const given = ofEnvironment.get(field) ?? ofFile.get(field);
    if (given !== undefined) return { field, key, ...given };
    return { field, key, value: setting.default, origin: { kind: "default" } };
  });
  return { input: inputOf(effective), effective };
}

function findFile({ readText }: SettingsSources): GivenSettings {
  for (const path of SETTINGS_FILES) {
    const text = readText(path);
    const given = text === undefined ? undefined : settingsOfFile(parseSettingsFile(path, text));
    if (given !== undefined && given.size > 0) return given;
  }
  return new Map();
}

function namedFile({ readText }: SettingsSources, path: string): GivenSettings {
  const text = readText(path);
  if (text !== undefined) return settingsOfFile(parseSettingsFile(path, text));
  throw new IoConfigError("NOT_FOUND", `there is no settings file ${path}: check the path`, {
    details: { file: path },
  });
}

/** Nested as programs give them. */
function inputOf(effective: readonly EffectiveSetting[]): IoSettingsInput {
  const input: Record<string, unknown> = {};
  const valuation: Record<string, unknown> = {};
  for (const { field, value } of effective) {
    const [group, inner] = field.split(".");
    if (inner === undefined) input[field] = value;
    else if (group === "valuation") valuation[inner] = value;
  }
  return { ...input, valuation } as IoSettingsInput;
}

/** Settings of this process: its environment, and the settings file of its working directory. */
import { type EffectiveSetting, IoSettings, readSettings } from "@crv/io";
import { readTextFile } from "@crv/storage";
import { checkKeys } from "./check-options.js";

export interface LoadSettingsOptions {
  /**
   * A settings file. Default: the first of `crv.toml`, `pyproject.toml` and `package.json` in the
   * working directory that gives any setting.
   */
  readonly file?: string;
  /** Default: the environment of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface LoadedSettings {
  readonly settings: IoSettings;
  /** Every setting in its documented order, with its value and where that comes from. */
  readonly effective: readonly EffectiveSetting[];
}

/**
 * Loads settings and tells where each comes from: environment over file over default, field by field.
 * Source: docs/settings.md.
 *
 * @throws IoConfigError `INVALID_CONFIG` naming the file or variable, the key, the value and what is
 *   allowed; `NOT_FOUND` when there is no `file`.
 * @throws IoError `IO`, `LIMIT_EXCEEDED`, `INVALID_ARGUMENT` for a file that cannot be read.
 */
export function loadSettings(options: LoadSettingsOptions = {}): LoadedSettings {
  checkKeys("loadSettings", options, ["file", "environment"]);
  const { file, environment = process.env } = options;
  const { input, effective } = readSettings({ environment, readText: readTextFile }, file);
  return { settings: new IoSettings(input), effective };
}

/** The settings of io, and how a program on this machine loads them. */
import { IoSettings as CheckedSettings, type IoSettingsInput } from "@crv/io";
import { type LoadSettingsOptions, loadSettings } from "./load-settings.js";

/** Checked settings. Frozen. */
export class IoSettings extends CheckedSettings {
  /** As the constructor; settings that were checked already are returned as they are. */
  static override from(input: IoSettings | IoSettingsInput = {}): IoSettings {
    return input instanceof IoSettings ? input : new IoSettings(input);
  }

  /**
   * Settings from outside the program: environment over file over default, field by field.
   *
   * @example
   * await using run = await openDataset(IoSettings.load(), "20250101-000000");
   *
   * @throws As {@link loadSettings}, which also tells where each setting comes from.
   */
  static load(options: LoadSettingsOptions = {}): IoSettings {
    return new IoSettings(loadSettings(options).settings);
  }
}

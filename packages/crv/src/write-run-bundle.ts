/** The bundle of a run by its settings alone, as programs of the Python original write it. */
import type { RunBundle } from "@crv/core";
import { IoSettings, type IoSettingsInput } from "@crv/io";
import type { BundleOptions } from "./bundle-facts.js";
import { openRun } from "./open-run.js";

/**
 * Writes `bundle.manifest.json` of `runId` under `settings.rootDir`, whole or not at all, and makes the
 * run if it is missing. Each call replaces what the one before it wrote.
 *
 * @returns What was written.
 * @throws As {@link openRun} and `run.writeBundle`.
 */
export async function writeRunBundleManifest(
  settings: IoSettings | Partial<IoSettingsInput>,
  runId: string,
  options: BundleOptions = {},
): Promise<RunBundle> {
  await using run = await openRun({ runId, settings: IoSettings.from(settings) });
  return await run.writeBundle(options);
}

/** The dataset of a run by its settings alone, as programs of the Python original open it. */
import { type Dataset, type Descriptors, IoSettings, type IoSettingsInput } from "@crv/io";
import { openRun } from "./open-run.js";

/**
 * Opens the tables of `runId` under `settings.rootDir`, and makes the run if it is missing.
 *
 * @throws As {@link openRun}.
 */
export async function openDataset<const Tables extends Descriptors = readonly []>(
  settings: IoSettings | Partial<IoSettingsInput>,
  runId: string,
  tables?: Tables,
): Promise<Dataset<Tables> & AsyncDisposable> {
  return openRun({ runId, settings: IoSettings.from(settings), ...(tables && { tables }) });
}

/** What users touch, over a simulated run. */
import { setImmediate } from "node:timers/promises";
import type { Timers } from "@crv/core";
import {
  Dataset,
  type DatasetOptions,
  type Descriptors,
  IoSettings,
  type IoSettingsInput,
} from "@crv/io";
import type { StagedStorage } from "@crv/storage-trait";

/** No recorder runs here: nothing waits for time. */
const noTimers: Timers = { after: () => () => undefined, turn: () => setImmediate() };

export function datasetOver<const Tables extends Descriptors>(
  storage: StagedStorage,
  tables: Tables,
  settings: IoSettingsInput = {},
): Dataset<Tables> {
  return new Dataset(datasetOptions(storage, tables, settings));
}

export function datasetOptions<const Tables extends Descriptors>(
  storage: StagedStorage,
  tables: Tables,
  settings: IoSettingsInput = {},
): DatasetOptions<Tables> {
  return {
    storage,
    tables,
    settings: IoSettings.from(settings),
    durability: "full",
    readOnly: false,
    timers: noTimers,
  };
}

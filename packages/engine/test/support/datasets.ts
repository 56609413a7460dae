/** What users touch, over a simulated run. */
import { Dataset, type Descriptors, IoSettings, type IoSettingsInput } from "@crv/io";
import type { StagedStorage } from "@crv/storage-trait";

export function datasetOver<const Tables extends Descriptors>(
  storage: StagedStorage,
  tables: Tables,
  settings: IoSettingsInput = {},
): Dataset<Tables> {
  return new Dataset({
    storage,
    tables,
    settings: IoSettings.from(settings),
    durability: "full",
    readOnly: false,
  });
}

/** Publishes the view of one table on request, from the log alone. */
import { formatManifestViewKey, type TableKey, type TableManifest } from "@crv/core";
import { tableManifest } from "@crv/manifest";
import { readViewVersion, viewAhead } from "@crv/recovery";
import type { EngineContext } from "./engine-context.js";
import { unknownTable } from "./scan/plan.js";

/** As `StagedStorage.publishView` says. */
export async function publishView(context: EngineContext, table: TableKey): Promise<TableManifest> {
  const { log, store, views } = context;
  const before = await log.refresh();
  if (!before.tables.has(table)) throw unknownTable(table, before);
  await views.publish(table);
  // Rule `viewfirst`: the view before the root, so that one ahead of it can only mean damage.
  const shown = await readViewVersion(store, table);
  const state = await log.refresh();
  if (shown > state.version) throw viewAhead(formatManifestViewKey(table), state.version);
  return tableManifest(state, table) as TableManifest;
}

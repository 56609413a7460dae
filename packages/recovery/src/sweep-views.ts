/**
 * Views at open. Rule `sweepall`: those of all tables are compared with the root, sidecar or not, so
 * that a view whose writer died between publish and view shows what was committed.
 */
import { formatManifestViewKey, type TableKey, type Version } from "@crv/core";
import { blocked } from "./blocked.js";
import type { RecoveryContext } from "./settle-operations.js";
import { readViewVersion, showTable } from "./show-table.js";

/**
 * Brings lagging views up to the log; returns their tables.
 *
 * @throws IoManifestError `RECOVERY_BLOCKED` when a view shows more than the log holds.
 */
export async function sweepViews(context: RecoveryContext): Promise<readonly TableKey[]> {
  // Rule `viewfirst`: views before the root, so that one ahead of it can only mean damage.
  const shown: [TableKey, Version][] = [];
  for (const table of context.log.outline.tables.keys()) {
    shown.push([table, await readViewVersion(context.store, table)]);
  }
  const state = await context.log.refreshOutline();
  const behind: TableKey[] = [];
  for (const [table, version] of shown) {
    if (version > state.version) {
      throw blocked(
        formatManifestViewKey(table),
        `it shows version ${version}, the log ends at ${state.version}: records were lost. To accept that, remove this file`,
      );
    }
    if (version < (state.tables.get(table)?.changedAt ?? 0)) behind.push(table);
  }
  if (behind.length > 0) await context.log.readState();
  for (const table of behind) await showTable(context, table);
  return behind;
}

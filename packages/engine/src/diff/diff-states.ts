/**
 * What changed between two states, table by table. Parts that both have are never read; where parts
 * only came or only went, the log says how many rows that is. Source: docs/design/diff.md.
 */
import type { TableDescriptor, TableKey } from "@crv/core";
import type { RunState, TableState } from "@crv/manifest";
import type { DiffOptions, TableDiff } from "@crv/storage-trait";
import type { ReaderContext } from "../engine-context.js";
import { keyValues } from "../row-keys.js";
import { type NetContext, netRows } from "./net-rows.js";

/** Tables that differ, in byte order of name. */
export async function diffStates(
  context: Omit<NetContext, "keysMax"> & Pick<ReaderContext, "parts">,
  from: RunState,
  to: RunState,
  { tables, keysMax = 0, signal }: DiffOptions,
): Promise<readonly TableDiff[]> {
  const names = [...new Set([...from.tables.keys(), ...to.tables.keys()])].sort();
  const diffs: TableDiff[] = [];
  for (const name of names) {
    signal?.throwIfAborted();
    if (tables !== undefined && !tables.includes(name)) continue;
    const diff = await diffTable(
      { ...context, keysMax },
      name,
      from.tables.get(name),
      to.tables.get(name),
    );
    if (diff) diffs.push(diff);
  }
  return diffs;
}

/** Undefined when it has the same rows. */
async function diffTable(
  context: NetContext,
  table: TableKey,
  from: TableState | undefined,
  to: TableState | undefined,
): Promise<TableDiff | undefined> {
  const descriptor = (to ?? from)?.descriptor as TableDescriptor;
  const before = [...(from?.parts ?? [])];
  const after = [...(to?.parts ?? [])];
  const paths = {
    before: new Set(before.map(({ path }) => path)),
    after: new Set(after.map(({ path }) => path)),
  };
  const removed = before.filter(({ path }) => !paths.after.has(path));
  const added = after.filter(({ path }) => !paths.before.has(path));
  const isOneSided = removed.length === 0 || added.length === 0;
  const net =
    isOneSided && (context.keysMax === 0 || descriptor.key.length === 0)
      ? { added: rowsOf(added), removed: rowsOf(removed), changed: 0, keys: [] }
      : await netRows(context, descriptor, { removed, added });
  const isThere = from !== undefined && to !== undefined;
  if (isThere && net.added + net.removed + net.changed === 0) return undefined;
  return {
    table,
    kind: from === undefined ? "created" : to === undefined ? "absent" : "changed",
    from: from?.version ?? 0,
    to: to?.version ?? 0,
    rowsAdded: net.added,
    rowsRemoved: net.removed,
    rowsChanged: net.changed,
    partsAdded: added.length,
    partsRemoved: removed.length,
    keys: net.keys.map(({ kind, key }) => ({ kind, key: keyValues(key, descriptor) })),
  };
}

function rowsOf(parts: readonly { readonly rows: number }[]): number {
  return parts.reduce((sum, { rows }) => sum + rows, 0);
}

/**
 * What parts that came and went change in rows: rows that were only rewritten cancel each other out.
 * Holds a bounded number of rows: of more, some are compared in each of several passes.
 */
import type { PartEntry, TableDescriptor } from "@crv/core";
import { type Pass, passesOver, type RowSource, visitRows } from "./keyed-rows.js";

export interface NetRows {
  readonly added: number;
  readonly removed: number;
  /** Rows whose key stayed; 0 in a table without a key. */
  readonly changed: number;
  /** The first of each, as `keysOf` gives them. */
  readonly keys: readonly {
    readonly kind: "added" | "removed" | "changed";
    readonly key: string;
  }[];
}

export interface NetContext extends RowSource {
  readonly rowsHeldMax: number;
  readonly keysMax: number;
}

interface Sides {
  readonly removed: readonly PartEntry[];
  readonly added: readonly PartEntry[];
}

/** @param table As of the later version: columns that a part lacks are null. */
export async function netRows(
  context: NetContext,
  table: TableDescriptor,
  sides: Sides,
): Promise<NetRows> {
  let net: NetRows = { added: 0, removed: 0, changed: 0, keys: [] };
  for (const pass of passesOver([...sides.removed, ...sides.added], context.rowsHeldMax)) {
    const groups = await compare(context, table, sides, pass);
    net = sum(net, groups, table.key.length > 0, context.keysMax);
  }
  return net;
}

/** For each key how often each of its rows came (positive) or went. Without a key a row is its own. */
type Groups = Map<string, Map<string, number>>;

/** Keys whose rows changed, of those of `pass`. */
export async function changedKeys(
  context: RowSource,
  table: TableDescriptor,
  sides: Sides,
  pass: Pass,
): Promise<Iterable<string>> {
  return (await compare(context, table, sides, pass)).keys();
}

async function compare(
  context: RowSource,
  table: TableDescriptor,
  { removed, added }: Sides,
  pass: Pass,
): Promise<Groups> {
  const groups: Groups = new Map();
  for (const part of removed) {
    await visitRows(context, table, part, pass, (key, digest) => count(groups, key, digest, -1));
  }
  for (const part of added) {
    await visitRows(context, table, part, pass, (key, digest) => count(groups, key, digest, 1));
  }
  return groups;
}

function count(groups: Groups, key: string, digest: string, step: 1 | -1): void {
  const group = groups.get(key) ?? new Map<string, number>();
  const net = (group.get(digest) ?? 0) + step;
  if (net === 0) group.delete(digest);
  else group.set(digest, net);
  if (group.size === 0) groups.delete(key);
  else groups.set(key, group);
}

function sum(net: NetRows, groups: Groups, hasKey: boolean, keysMax: number): NetRows {
  let { added, removed, changed } = net;
  const keys = [...net.keys];
  for (const [key, group] of groups) {
    let came = 0;
    let went = 0;
    for (const times of group.values()) {
      if (times > 0) came += times;
      else went -= times;
    }
    const both = hasKey ? Math.min(came, went) : 0;
    changed += both;
    added += came - both;
    removed += went - both;
    if (!hasKey || keys.length >= keysMax) continue;
    keys.push({ kind: both > 0 ? "changed" : came > 0 ? "added" : "removed", key });
  }
  return { added, removed, changed, keys };
}

/**
 * What parts that came and went change in rows: rows that were only rewritten cancel each other out.
 * Holds a bounded number of rows: of more, some are compared in each of several passes.
 */
import { createHash } from "node:crypto";
import type { Hash52, PartEntry, TableDescriptor } from "@crv/core";
import { arrowSchema, BatchBuilder } from "@crv/core/arrow";
import type { PartStore } from "@crv/storage-trait/parts";
import type { RecordBatch } from "apache-arrow";
import { keysOf } from "../row-keys.js";
import { rowTexts } from "./row-texts.js";

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

export interface NetContext {
  readonly parts: PartStore;
  readonly hash: Hash52;
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
  const rows = [...sides.removed, ...sides.added].reduce((sum, part) => sum + part.rows, 0);
  const passes = Math.max(1, Math.ceil(rows / context.rowsHeldMax));
  let net: NetRows = { added: 0, removed: 0, changed: 0, keys: [] };
  for (let pass = 0; pass < passes; pass++) {
    const groups = await compare(context, table, sides, (key) => key % passes === pass);
    net = sum(net, groups, table.key.length > 0, context.keysMax);
  }
  return net;
}

/** For each key how often each of its rows came (positive) or went. Without a key a row is its own. */
type Groups = Map<string, Map<string, number>>;

async function compare(
  { parts, hash }: NetContext,
  table: TableDescriptor,
  { removed, added }: Sides,
  isOfPass: (hash: number) => boolean,
): Promise<Groups> {
  const groups: Groups = new Map();
  const encoder = new TextEncoder();
  for (const [side, step] of [
    [removed, -1],
    [added, 1],
  ] as const) {
    for (const part of side) {
      for await (const batch of parts.read(part, table)) {
        const aligned = align(batch, table);
        const textOf = rowTexts(aligned);
        const keys = table.key.length > 0 ? keysOf(aligned, table) : undefined;
        for (let row = 0; row < aligned.numRows; row++) {
          const digest = digestOf(textOf(row));
          const key = keys?.[row] ?? digest;
          if (isOfPass(hash(encoder.encode(key)))) count(groups, key, digest, step);
        }
      }
    }
  }
  return groups;
}

/** So that rows of older parts, which may lack columns, compare with those of newer ones. */
function align(batch: RecordBatch, table: TableDescriptor): RecordBatch {
  const builder = new BatchBuilder(arrowSchema(table));
  builder.append(batch);
  return builder.finish();
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

/** 128 bits: rows are taken for equal by it. */
function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64").slice(0, 22);
}

/**
 * The merge of branches as one would write it over rows in memory: versions in a graph, their common
 * ancestors by walking it, rows compared as texts. Pure, and nothing of it is shared with the engine.
 */
import type { MergeChoice, TableDescriptor } from "@crv/core";
import type { Row } from "./row-steps.js";

export interface Version {
  readonly parents: readonly Version[];
  readonly rows: ReadonlyMap<string, readonly Row[]>;
}

export interface MergedRows {
  readonly rows: readonly Row[];
  /** Keys, or the name of a table without one. */
  readonly conflicts: readonly string[];
}

export function ancestorsOf(version: Version): ReadonlySet<Version> {
  const seen = new Set<Version>();
  const open = [version];
  for (let next = open.pop(); next; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...next.parents);
  }
  return seen;
}

/** Common ancestors that lie before no other. */
export function basesOf(ours: Version, theirs: Version): readonly Version[] {
  const other = ancestorsOf(theirs);
  const common = [...ancestorsOf(ours)].filter((version) => other.has(version));
  return common.filter((version) =>
    common.every((later) => later === version || !ancestorsOf(later).has(version)),
  );
}

/** @param choice Of every conflict; undefined leaves ours. */
export function mergeRows(
  table: TableDescriptor,
  bases: readonly (readonly Row[])[],
  ours: readonly Row[],
  theirs: readonly Row[],
  choice: MergeChoice | undefined,
): MergedRows {
  return table.key.length > 0
    ? mergeByKey(bases.map(byTick), byTick(ours), byTick(theirs), choice)
    : mergeByRow(table.name, bases, ours, theirs, choice);
}

type Counts = ReadonlyMap<string, number>;
type ByKey = ReadonlyMap<string, readonly Row[]>;

function mergeByKey(
  bases: readonly ByKey[],
  ours: ByKey,
  theirs: ByKey,
  choice: MergeChoice | undefined,
): MergedRows {
  const rows: Row[] = [];
  const conflicts: string[] = [];
  for (const key of new Set([...bases, ours, theirs].flatMap((side) => [...side.keys()]))) {
    const [o, t] = [ours.get(key) ?? [], theirs.get(key) ?? []];
    const isOf = (side: readonly Row[]) =>
      bases.every((base) => text(base.get(key) ?? []) === text(side));
    if (text(o) === text(t) || isOf(t)) rows.push(...o);
    else if (isOf(o)) rows.push(...t);
    else {
      conflicts.push(key);
      rows.push(...(choice === "theirs" ? t : o));
    }
  }
  return { rows, conflicts };
}

/** Rows come and go as often as either side added or removed them. */
function mergeByRow(
  name: string,
  bases: readonly (readonly Row[])[],
  ours: readonly Row[],
  theirs: readonly Row[],
  choice: MergeChoice | undefined,
): MergedRows {
  const [base = []] = bases;
  const [b = new Map(), ...others] = bases.map((rows): Counts => countRows(rows));
  const [o, t] = [countRows(ours), countRows(theirs)];
  const isOurs = text(ours) === text(base);
  const merged: Row[] = [];
  let deletedTwice = false;
  let hasCome = false;
  let isUnclear = false;
  for (const row of new Set([...b.keys(), ...o.keys(), ...t.keys()])) {
    const before = b.get(row) ?? 0;
    if (others.some((other) => (other.get(row) ?? 0) !== before)) {
      if (o.get(row) !== t.get(row)) isUnclear = true;
      for (let i = 0; i < (o.get(row) ?? 0); i++) merged.push(parse(row));
      continue;
    }
    const own = (o.get(row) ?? 0) - before;
    const other = (t.get(row) ?? 0) - before;
    if (own > 0 || other > 0) hasCome = true;
    if (own < 0 && other < 0) deletedTwice = true;
    const change = own < 0 && other < 0 ? Math.min(own, other) : own + other;
    for (let i = 0; i < before + change; i++) merged.push(parse(row));
  }
  const isTold = isUnclear || (!isOurs && deletedTwice && hasCome);
  if (!isTold) return { rows: merged, conflicts: [] };
  return { rows: choice === "theirs" ? theirs : ours, conflicts: [name] };
}

function byTick(rows: readonly Row[]): ByKey {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(String(row.tick)) ?? [];
    groups.set(String(row.tick), group);
    group.push(row);
  }
  return groups;
}

export function countRows(rows: readonly Row[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { tick, value } of rows) {
    const key = `${tick}:${value}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function parse(row: string): Row {
  const [tick, value] = row.split(":").map(Number);
  return { tick: tick as number, value: value as number };
}

function text(rows: readonly Row[]): string {
  return rows
    .map(({ tick, value }) => `${tick}:${value}`)
    .sort()
    .join(" ");
}

/** Compares what a checkpoint says with the fold of the records. Pure. */
import { type CommitPoint, canonicalJson, equalDescriptors } from "@crv/core";
import type { LivePart, RunState, TableState } from "@crv/manifest";

/** The first difference, for people; undefined when both say the same. */
export function differenceOfStates(
  checkpoint: RunState,
  fold: RunState,
  deep: boolean,
): string | undefined {
  const isSame = (of: (state: RunState) => unknown): boolean => of(checkpoint) === of(fold);
  if (!isSame((s) => s.commitId)) return "the commit of its version is another";
  if (!isSame((s) => s.createdAt)) return "the time of its version is another";
  if (!isSame((s) => [...s.tables.keys()].sort().join())) return "it has other tables";
  for (const [key, table] of fold.tables) {
    const other = checkpoint.tables.get(key) as TableState;
    const difference = differenceOfTables(other, table, deep);
    if (difference !== undefined) return `table ${key} ${difference}`;
  }
  if (!isSame(artifactsOf)) return "it has other artifacts";
  if (!isSame(lineageOf)) return "it holds other commits of other branches";
  if (!isSame(namesOf)) return "its branches or tags are others";
  return isSame(ledgerOf) ? undefined : "its ledger of operations is another";
}

const MEMBERS = [
  "version",
  "contentVersion",
  "changedAt",
  "describedAt",
  "createdAt",
  "updatedAt",
] as const;

function differenceOfTables(a: TableState, b: TableState, deep: boolean): string | undefined {
  const member = MEMBERS.find((name) => a[name] !== b[name]);
  if (member !== undefined) return `has ${member} ${a[member]} instead of ${b[member]}`;
  if (!equalDescriptors(a.descriptor, b.descriptor)) return "has another descriptor";
  if (a.parts.length !== b.parts.length) {
    return `has ${a.parts.length} parts instead of ${b.parts.length}`;
  }
  const others = b.parts[Symbol.iterator]();
  for (const part of a.parts) {
    const other = others.next().value as LivePart;
    if (describe(part, deep) !== describe(other, deep)) return `has another entry of ${part.path}`;
  }
  return undefined;
}

/** What binds a part and where it is; its statistics only when all is compared. */
function describe(part: LivePart, deep: boolean): string {
  const { path, rows, bytes, digest, bucket, tickMin, tickMax, createdAt } = part;
  const bound = [path, rows, bytes, digest, bucket, tickMin, tickMax, createdAt].join();
  return deep ? `${bound} ${statisticsText(part)}` : bound;
}

function statisticsText({ columns, rowGroups = [], keyFilter }: LivePart): string {
  const plain = JSON.stringify([columns, rowGroups, keyFilter ?? null], (_, value: unknown) =>
    typeof value === "bigint" ? `${value}n` : value,
  );
  return canonicalJson(JSON.parse(plain));
}

function artifactsOf({ artifacts, version }: RunState): string {
  return JSON.stringify([...artifacts.list(version)]);
}

function lineageOf({ lineage }: RunState): string {
  return [...lineage.values()].map(describePoint).sort().join();
}

/** None in a branch. */
function namesOf({ refs }: RunState): string {
  const branches = [...(refs?.branches ?? [])].map(
    ([name, { id, from, createdAt }]) => `${name} ${id} ${describePoint(from)} ${createdAt}`,
  );
  const tags = [...(refs?.tags ?? [])].map(
    ([name, tag]) => `${name} ${describePoint(tag)} ${tag.createdAt}`,
  );
  return [...branches, ...tags].sort().join();
}

function describePoint({ branchId, version, commitId }: CommitPoint): string {
  return `${branchId} ${version} ${commitId}`;
}

function ledgerOf({ ledger, version }: RunState): string {
  const settled = [...ledger.settled(version)].map(([id, e]) => `${id} ${e.kind} ${e.version}`);
  const audited = [...ledger.audited(version)].map(([id, at]) => `${id} audited ${at}`);
  return [...settled, ...audited].sort().join();
}

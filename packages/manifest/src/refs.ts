/**
 * Branches and tags: names of main's log, made and deleted by its records, so that races are settled by
 * the one fence. Pure. Source: docs/format/branches.md.
 */
import type {
  BranchEntry,
  BranchId,
  BranchName,
  CommitPoint,
  Conflict,
  ObjectKey,
  RefsChange,
  TagName,
  Version,
} from "@crv/core";
import { corrupt } from "./document.js";

/** When a name was given, by the clock of whoever gave it. */
interface Named {
  readonly createdAt: string;
}

/** Branches and tags share their names: a text means one of them. */
export interface Refs {
  /** Without main. */
  readonly branches: ReadonlyMap<BranchName, BranchEntry & Named>;
  readonly tags: ReadonlyMap<TagName, CommitPoint & Named>;
}

export const NO_REFS: Refs = { branches: new Map(), tags: new Map() };

/** Whether there is anything for a checkpoint to hold. */
export function hasRefs(refs: Refs | null): refs is Refs {
  return refs !== null && refs.branches.size + refs.tags.size > 0;
}

/** A change, and what is deleted by it: a name alone might be another's by now. */
export interface RefsEdit {
  readonly change: RefsChange;
  /** The branch id, or the commit of the tag, that a deleted name must still stand for. */
  readonly deletes: ReadonlyMap<string, string | null>;
}

/** Name of the living branch with this id; null = main has none. */
export function branchNameOf({ branches }: Refs, id: BranchId): BranchName | undefined {
  for (const [name, branch] of branches) if (branch.id === id) return name;
  return undefined;
}

/** Every version that a branch or tag needs, of main (null) or of the branch with this id. */
export function pinnedPoints({ branches, tags }: Refs): readonly CommitPoint[] {
  return [...[...branches.values()].map(({ from }) => from), ...tags.values()];
}

/** Names that would be left without what they stand for if the branch `id` went. */
export function dependentsOf({ branches, tags }: Refs, id: BranchId): readonly string[] {
  return [
    ...[...branches].filter(([, { from }]) => from.branchId === id).map(([name]) => name),
    ...[...tags].filter(([, { branchId }]) => branchId === id).map(([name]) => name),
  ];
}

/** Why `edit` cannot be made, or undefined. */
export function findRefConflict(refs: Refs, { change, deletes }: RefsEdit): Conflict | undefined {
  for (const [name, branch] of change.branches) {
    const conflict = branch
      ? (conflictOfNew(refs, name) ?? conflictOfPoint(refs, name, branch.from))
      : conflictOfDeleted(refs, name, deletes.get(name));
    if (conflict) return conflict;
  }
  for (const [name, point] of change.tags) {
    const conflict = point
      ? (conflictOfNew(refs, name) ?? conflictOfPoint(refs, name, point))
      : conflictOfDeletedTag(refs, name, deletes.get(name));
    if (conflict) return conflict;
  }
  return undefined;
}

function conflictOfNew({ branches, tags }: Refs, name: string): Conflict | undefined {
  const isTaken = branches.has(name as BranchName) || tags.has(name as TagName);
  return isTaken ? { kind: "RefExists", name } : undefined;
}

/** The branch whose version is named must live. */
function conflictOfPoint(refs: Refs, name: string, { branchId }: CommitPoint) {
  const isThere = branchId === null || branchNameOf(refs, branchId) !== undefined;
  return isThere ? undefined : ({ kind: "RefMissing", name } as const);
}

function conflictOfDeleted(
  refs: Refs,
  name: BranchName,
  expected: string | null | undefined,
): Conflict | undefined {
  const branch = refs.branches.get(name);
  if (branch === undefined || branch.id !== expected) return { kind: "RefMissing", name };
  return dependentsOf(refs, branch.id).length > 0 ? { kind: "RefInUse", name } : undefined;
}

function conflictOfDeletedTag(
  { tags }: Refs,
  name: TagName,
  expected: string | null | undefined,
): Conflict | undefined {
  const tag = tags.get(name);
  return tag && tag.commitId === expected ? undefined : { kind: "RefMissing", name };
}

/**
 * The refs after a record of main.
 *
 * @throws IoManifestError `CORRUPT` naming `key` when the change does not follow from `refs`.
 */
export function applyRefs(
  key: ObjectKey,
  refs: Refs,
  change: RefsChange | undefined,
  { version, createdAt }: { readonly version: Version; readonly createdAt: string },
): Refs {
  if (change === undefined) return refs;
  // What is deleted is whatever the name stands for here.
  const deletes = new Map<string, string | null>([
    ...[...refs.branches].map(([name, { id }]) => [name, id] as const),
    ...[...refs.tags].map(([name, { commitId }]) => [name, commitId] as const),
  ]);
  const conflict = findRefConflict(refs, { change, deletes });
  const names = [...change.branches.keys(), ...change.tags.keys()];
  if (conflict)
    throw corrupt(key, `version ${version} cannot change ${names.join(", ")}: ${conflict.kind}`);
  const branches = new Map(refs.branches);
  for (const [name, branch] of change.branches) {
    if (branch) branches.set(name, { ...branch, createdAt });
    else branches.delete(name);
  }
  const tags = new Map(refs.tags);
  for (const [name, point] of change.tags) {
    if (point) tags.set(name, { ...point, createdAt });
    else tags.delete(name);
  }
  return { branches, tags };
}

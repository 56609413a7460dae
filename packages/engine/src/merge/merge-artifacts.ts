/** What a merge does to tensors, metadata and files: each is one thing, whatever it holds. */
import type { Artifact, ArtifactName, MergeConflictKind } from "@crv/core";
import type { RunState } from "@crv/manifest";
import type { ConflictList } from "./conflict-list.js";

/** Undefined: it is removed. */
export type ArtifactPlan = ReadonlyMap<ArtifactName, Artifact | undefined>;

export async function planArtifacts(
  conflicts: ConflictList,
  bases: readonly RunState[],
  ours: RunState,
  theirs: RunState,
): Promise<ArtifactPlan> {
  const plan = new Map<ArtifactName, Artifact | undefined>();
  for (const name of namesOf([...bases, ours, theirs])) {
    const at = (state: RunState) => state.artifacts.at(name, state.version);
    const [own, other] = [at(ours), at(theirs)];
    const before = bases.map(at);
    if (isSame(own, other) || before.every((one) => isSame(one, other))) continue;
    if (!before.every((one) => isSame(one, own))) {
      const conflict = { kind: kindOf(before, own, other), artifact: name };
      if ((await conflicts.decide(conflict)) !== "theirs") continue;
    }
    plan.set(name, other);
  }
  await settlePlaces(conflicts, plan, ours);
  return plan;
}

/**
 * A file that comes cannot be shown where one that stays has its directory, or the reverse. Theirs has no such
 * pair, so what comes is looked at against what stays.
 */
async function settlePlaces(
  conflicts: ConflictList,
  plan: Map<ArtifactName, Artifact | undefined>,
  ours: RunState,
): Promise<void> {
  for (const [name, coming] of [...plan]) {
    if (coming === undefined || !name.startsWith("files/")) continue;
    const staying = [...clashing(name, ours)].filter((other) => !plan.has(other));
    const [other] = staying;
    if (other === undefined) continue;
    const choice = await conflicts.decide({ kind: "PathClash", artifact: name, other });
    if (choice === "theirs") for (const each of staying) plan.set(each, undefined);
    else plan.delete(name);
  }
}

/** Files of which `name` is a directory, or that are one of its own. */
function* clashing(name: ArtifactName, { artifacts, version }: RunState): Generator<ArtifactName> {
  for (let slash = name.lastIndexOf("/"); slash > "files/".length; ) {
    const above = name.slice(0, slash) as ArtifactName;
    if (artifacts.at(above, version)) yield above;
    slash = above.lastIndexOf("/");
  }
  for (const below of artifacts.list(version, `${name}/`)) yield below.name;
}

function namesOf(states: readonly RunState[]): readonly ArtifactName[] {
  const names = new Set<ArtifactName>();
  for (const { artifacts, version } of states) {
    for (const { name } of artifacts.list(version)) names.add(name);
  }
  return [...names].sort();
}

/** By what they hold: another branch has the same under another version. */
function isSame(a: Artifact | undefined, b: Artifact | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && contentOf(a) === contentOf(b));
}

function contentOf({ members }: Artifact): string {
  return JSON.stringify(members.map(({ name, bytes, digest }) => [name, bytes, digest]));
}

function kindOf(
  before: readonly (Artifact | undefined)[],
  own: Artifact | undefined,
  other: Artifact | undefined,
): MergeConflictKind {
  if (own === undefined || other === undefined) return "DeleteVsUpdate";
  return before.every((one) => one === undefined) ? "DivergentInsert" : "DivergentUpdate";
}

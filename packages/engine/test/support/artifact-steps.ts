/** Steps on artifacts as data: what a transaction does to them, and what that makes of a run. Pure. */
import type { ArtifactName } from "@crv/core";

/** Bytes of each member by its name. */
export type Members = ReadonlyMap<string, Uint8Array>;

export type ArtifactStep = { readonly name: ArtifactName } & (
  | { readonly kind: "put"; readonly members: Members }
  | { readonly kind: "remove" | "look" }
);

/** Artifacts that exist. */
export type RunArtifacts = ReadonlyMap<ArtifactName, Members>;

export function applyArtifactStep(run: RunArtifacts, step: ArtifactStep): RunArtifacts {
  const artifacts = new Map(run);
  if (step.kind === "put") artifacts.set(step.name, step.members);
  else if (step.kind === "remove") artifacts.delete(step.name);
  return artifacts;
}

/** Names that `steps` write, or remove from a run that has them. */
export function changedNames(
  run: RunArtifacts,
  steps: readonly ArtifactStep[],
): readonly ArtifactName[] {
  const after = steps.reduce(applyArtifactStep, run);
  const names = new Set(steps.filter(({ kind }) => kind !== "look").map(({ name }) => name));
  return [...names].filter((name) => run.has(name) || after.has(name)).sort();
}

/** The members as one text: equal texts are equal artifacts. Undefined: there is none. */
export function membersText(members: Members | undefined): string {
  if (members === undefined) return "absent";
  const texts = [...members].map(([name, bytes]) => `${name}=${bytes.join(".")}`);
  return texts.sort().join(" ");
}

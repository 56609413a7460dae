/** Files that cannot be shown together: one where another has its directory. Pure. */
import type { ArtifactMember, ArtifactName, Conflict, Version } from "@crv/core";
import type { ArtifactIndex } from "./artifact-index.js";

/**
 * What was written below a file that `changes` write, by commits that the operation did not see. What lies
 * above is among its expectations: a few names, where these are any number.
 */
export function findFileBelow(
  changes: ReadonlyMap<ArtifactName, readonly ArtifactMember[]>,
  artifacts: ArtifactIndex,
  version: Version,
): Conflict | undefined {
  for (const [name, members] of changes) {
    if (!name.startsWith("files/") || members.length === 0) continue;
    for (const below of artifacts.list(version, `${name}/`)) {
      if (changes.get(below.name)?.length === 0) continue;
      return { kind: "ArtifactChanged", artifact: below.name, expected: 0, actual: below.version };
    }
  }
  return undefined;
}

/** Random steps on artifacts, as an operation of a random universe takes them. */
import type { ArtifactName } from "@crv/core";
import type { SnapshotHandle, StagedOperation, StagedStorage } from "@crv/storage-trait";
import type { SeededRandom } from "@crv/storage-trait/testing";
import type { ArtifactOracle } from "./artifact-oracle.js";
import type { ArtifactStep, Members } from "./artifact-steps.js";
import { inputsOf, readArtifact } from "./members.js";

/** Takes `steps` in `operation`, begun on `version`. */
export async function takeArtifactSteps(
  oracle: ArtifactOracle,
  storage: StagedStorage,
  operation: StagedOperation,
  steps: readonly ArtifactStep[],
  version: number,
): Promise<void> {
  for (const [i, step] of steps.entries()) {
    const { name } = step;
    if (step.kind === "put") await operation.stageArtifact(name, inputsOf(step.members));
    else if (step.kind === "remove") await operation.removeArtifact(name);
    else {
      const members = await readArtifact(storage, operation.artifact(name));
      oracle.see({ version, read: new Map([[name, members]]), staged: steps.slice(0, i) });
    }
  }
}

/** Sees the names of all artifacts of a snapshot, and the bytes of one. */
export async function seeArtifacts(
  oracle: ArtifactOracle,
  storage: StagedStorage,
  snapshot: SnapshotHandle,
  random: SeededRandom,
): Promise<void> {
  const listed = [...storage.artifacts(snapshot)];
  const one = listed.length > 0 ? random.pick(listed) : undefined;
  const read = new Map<ArtifactName, Members | undefined>();
  if (one) read.set(one.name, await readArtifact(storage, one));
  oracle.see({ version: snapshot.version, listed, read });
}

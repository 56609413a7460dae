/** Members of artifacts, as they are staged and read back. */
import type { Artifact } from "@crv/core";
import type { MemberInput, StagedStorage } from "@crv/storage-trait";
import type { Members } from "./artifact-steps.js";

export function inputsOf(members: Members): readonly MemberInput[] {
  return [...members].map(([name, bytes]) => ({ name, body: () => bytes }));
}

/** All bytes of an artifact; undefined when there is none. */
export async function readArtifact(
  storage: StagedStorage,
  artifact: Artifact | undefined,
): Promise<Members | undefined> {
  if (artifact === undefined) return undefined;
  const members = new Map<string, Uint8Array>();
  for (const member of artifact.members) {
    members.set(member.name, await storage.readMember(member));
  }
  return members;
}

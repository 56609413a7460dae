/**
 * Views of artifacts against the log: each has the bytes of its member. Other programs may edit those that
 * are copies; that is told as well, since they no longer show what the run holds.
 * Source: docs/format/artifacts.md, "Views".
 */
import { type Artifact, type ArtifactMember, formatSidecarKey, type ObjectKey } from "@crv/core";
import { CommitLog, type RunState } from "@crv/manifest";
import { artifactViews } from "@crv/recovery";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { checkBytes } from "./check-bytes.js";
import type { Findings } from "./findings.js";
import type { Fault } from "./problem.js";
import type { ReadMembers } from "./read-members.js";

export interface ArtifactViewContext {
  readonly store: ObjectReader;
  readonly findings: Findings;
  /** The newest state. */
  readonly state: RunState;
  /** Read every byte, not only the size. */
  readonly deep: boolean;
  /** Those that were read. */
  readonly members: ReadMembers;
  readonly signal: AbortSignal | undefined;
}

export async function checkArtifactViews(context: ArtifactViewContext): Promise<void> {
  const { state, findings, signal } = context;
  for (const artifact of state.artifacts.list(state.version)) {
    for (const { view: path, member } of artifactViews(artifact)) {
      signal?.throwIfAborted();
      findings.counts.views++;
      const fault = await faultOf(context, path, member);
      if (fault === undefined || (await isToCome(context, artifact))) continue;
      // Its writer may have shown it meanwhile.
      const still = await faultOf(context, path, member);
      if (still) findings.add({ file: "view", path, artifact: artifact.name, ...still });
    }
  }
}

async function faultOf(
  { store, deep, members, signal }: ArtifactViewContext,
  path: ObjectKey,
  member: ArtifactMember,
): Promise<Fault | undefined> {
  const { bytes } = member;
  const found = await store.stat(path);
  if (found === undefined) {
    return { kind: "missing", detail: "it is not there: other programs do not see it" };
  }
  if (found.sizeBytes !== bytes) {
    return { kind: "size", detail: `it has ${found.sizeBytes} bytes instead of ${bytes}` };
  }
  if (!deep) return undefined;
  const read = members.of(member.path, found, await store.stat(member.path));
  return read === undefined ? checkBytes(store, member, path, signal) : read.fault;
}

/** Whether who wrote the artifact, or wrote it anew since, is still to show it. */
async function isToCome(
  { store, state }: ArtifactViewContext,
  { name, version }: Artifact,
): Promise<boolean> {
  const log = new CommitLog(store, "stop-before");
  const newest = await log.refresh();
  if (
    newest.artifacts.versionOf(name, newest.version) !==
    state.artifacts.versionOf(name, state.version)
  )
    return true;
  const record = await log.read(version).catch(() => undefined);
  for (const { id } of record?.operations ?? []) {
    if ((await store.stat(formatSidecarKey(id))) !== undefined) return true;
  }
  return false;
}

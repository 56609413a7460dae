/** Holds the artifacts of the real run against the model: records, versions, views, and what lies about. */
import assert from "node:assert/strict";
import { type CommitRecord, formatArtifactViewKey, parseMemberKey } from "@crv/core";
import type { SnapshotHandle } from "@crv/storage-trait";
import { membersText } from "../artifact-steps.js";
import { readArtifact } from "../members.js";
import type { ModelRun } from "./model-run.js";
import type { Handle, RunUnderTest } from "./run-under-test.js";

/** What one commit did. */
export function compareChanges(model: ModelRun, real: RunUnderTest, record: CommitRecord): void {
  const { version, artifacts } = record;
  const changed = [...(artifacts?.keys() ?? [])].sort();
  assert.deepEqual(changed, model.artifacts.changedAt(version), `artifacts of version ${version}`);
  for (const members of artifacts?.values() ?? []) {
    for (const { path } of members) real.named.add(path);
  }
}

export async function compareArtifacts(
  { artifacts }: ModelRun,
  { name: handle, storage }: Pick<Handle, "name" | "storage">,
  snapshot: SnapshotHandle,
): Promise<void> {
  const { version } = snapshot;
  const what = `${handle}: artifacts at version ${version}`;
  const listed = [...storage.artifacts(snapshot)];
  assert.deepEqual(
    listed.map(({ name, version }) => [name, version]),
    artifacts.names(version).map((name) => [name, artifacts.versionOf(name, version)]),
    what,
  );
  for (const artifact of listed) {
    const members = await readArtifact(storage, artifact);
    assert.equal(membersText(members), membersText(artifacts.at(artifact.name, version)), what);
  }
}

/** I16: views are what the newest version holds, and no others. I7: no member that no record named. */
export function compareFiles({ artifacts, head }: ModelRun, real: RunUnderTest): void {
  if (real.powerWasLost) return;
  const objects = real.disk.objects();
  const shown = new Map<string, Uint8Array>();
  for (const name of artifacts.names(head)) {
    for (const [member, bytes] of artifacts.at(name, head) ?? []) {
      const view = formatArtifactViewKey(name, member);
      if (view !== undefined) shown.set(view, bytes);
    }
  }
  for (const [view, bytes] of shown) {
    assert.deepEqual(objects.get(view as never), bytes, `the view ${view}`);
  }
  for (const key of objects.keys()) {
    if (/^(?:batch_|artifacts\/)/.test(key)) assert.ok(shown.has(key), `${key} shows what is gone`);
    if (parseMemberKey(key)) assert.ok(real.named.has(key), `${key} is left, and not named`);
  }
}

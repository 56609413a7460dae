/** Looks at one member of an artifact: quickly, at its size; deeply, at every byte. */
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { checkBytes } from "./check-bytes.js";
import type { Findings } from "./findings.js";
import type { Fault } from "./problem.js";
import type { ReadMembers } from "./read-members.js";
import type { NamedMember } from "./walk-log.js";

export interface MemberCheckContext {
  readonly store: ObjectReader;
  readonly findings: Findings;
  readonly deep: boolean;
  /** Gets what was read. */
  readonly members: ReadMembers;
  readonly signal: AbortSignal | undefined;
}

export async function checkMember(
  { store, findings, deep, members, signal }: MemberCheckContext,
  { version, artifact, member }: NamedMember,
): Promise<void> {
  const { path, bytes } = member;
  findings.counts.members++;
  findings.counts.bytes += bytes;
  const add = (fault: Fault): void =>
    findings.add({ file: "member", path, version, artifact, ...fault });
  const found = await store.stat(path);
  if (found === undefined) return add({ kind: "missing", detail: "it is not there" });
  if (found.sizeBytes !== bytes) {
    return add({ kind: "size", detail: `it has ${found.sizeBytes} bytes instead of ${bytes}` });
  }
  if (!deep) return;
  const fault = await checkBytes(store, member, path, signal);
  members.add(found, fault);
  if (fault) add(fault);
}

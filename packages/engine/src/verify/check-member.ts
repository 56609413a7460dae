/** Looks at one member of an artifact: quickly, at its size; deeply, at every byte. */
import type { ObjectReader } from "@crv/storage-trait/object-store";
import { memberPieces } from "../read-member.js";
import type { Findings } from "./findings.js";
import { damageOf, type VerifyProblem } from "./problem.js";
import type { NamedMember } from "./walk-log.js";

export interface MemberCheckContext {
  readonly store: ObjectReader;
  readonly findings: Findings;
  readonly deep: boolean;
}

export async function checkMember(
  { store, findings, deep }: MemberCheckContext,
  { version, artifact, member }: NamedMember,
): Promise<void> {
  const { path, bytes } = member;
  findings.counts.members++;
  findings.counts.bytes += bytes;
  const add = (problem: Pick<VerifyProblem, "kind" | "detail">): void =>
    findings.add({ file: "member", path, version, artifact, ...problem });
  const found = await store.stat(path);
  if (found === undefined) return add({ kind: "missing", detail: "it is not there" });
  if (found.sizeBytes !== bytes) {
    return add({ kind: "size", detail: `it has ${found.sizeBytes} bytes instead of ${bytes}` });
  }
  if (!deep) return;
  try {
    for await (const _ of memberPieces(store, member));
  } catch (error) {
    add(damageOf(error));
  }
}

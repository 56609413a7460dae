/** Whether what is stored is what was committed. Reads every byte, changes nothing. */
import { crc32 } from "node:zlib";
import {
  type Artifact,
  type ArtifactMember,
  CrvError,
  createDigester,
  type ObjectKey,
  type TensorEntry,
} from "@crv/core";
import type { StagedStorage } from "@crv/storage-trait";
import { checkNotAborted } from "./tensor-errors.js";
import { formatCrc32 } from "./tensor-member.js";

const PIECE_BYTES = 8 * 1024 * 1024;

export interface VerifyReport {
  readonly members: number;
  readonly bytes: number;
  readonly problems: readonly VerifyProblem[];
}

export interface VerifyProblem {
  readonly artifact: string;
  readonly path: ObjectKey;
  /** Undefined when it is the whole file. */
  readonly tensor: string | undefined;
  readonly problem: string;
}

export async function verifyArtifacts(
  storage: StagedStorage,
  artifacts: Iterable<Artifact>,
  signal?: AbortSignal,
): Promise<VerifyReport> {
  const problems: VerifyProblem[] = [];
  let count = 0;
  let bytes = 0;
  for (const { name, members } of artifacts) {
    for (const member of members) {
      count++;
      bytes += member.bytes;
      for (const problem of await verifyMember(storage, member, signal)) {
        problems.push({ artifact: name, path: member.path, ...problem });
      }
    }
  }
  return { members: count, bytes, problems };
}

type Found = Pick<VerifyProblem, "tensor" | "problem">;

async function verifyMember(
  storage: StagedStorage,
  member: ArtifactMember,
  signal: AbortSignal | undefined,
): Promise<readonly Found[]> {
  const digester = await createDigester();
  const sums = new Map<TensorEntry, number>();
  try {
    for (let start = 0; start < member.bytes; start += PIECE_BYTES) {
      checkNotAborted(signal);
      const end = Math.min(member.bytes, start + PIECE_BYTES);
      const piece = await storage.readMember(member, { start, end });
      digester.update(piece);
      for (const entry of member.tensors ?? []) {
        const overlap = piece.subarray(
          Math.max(0, entry.begin - start),
          Math.max(0, Math.min(piece.byteLength, entry.end - start)),
        );
        if (overlap.byteLength > 0) sums.set(entry, crc32(overlap, sums.get(entry) ?? 0));
      }
    }
  } catch (error) {
    if (!(error instanceof CrvError) || error.code === "ABORTED") throw error;
    return [{ tensor: undefined, problem: error.message }];
  }
  if (digester.finish() === member.digest) return [];
  const damaged = (member.tensors ?? []).filter(
    (entry) => formatCrc32(sums.get(entry) ?? 0) !== entry.crc32,
  );
  const problem = "the bytes changed after they were written";
  return damaged.length > 0
    ? damaged.map(({ name }) => ({ tensor: name, problem }))
    : [{ tensor: undefined, problem }];
}

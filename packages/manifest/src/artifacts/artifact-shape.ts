/** Artifacts in records and checkpoints. Source: docs/format/artifacts.md, "In a record". */
import {
  ARTIFACT_MEMBERS_MAX,
  type ArtifactMember,
  type ArtifactName,
  CrvError,
  checkMemberName,
  isTensorMember,
  LISTED_TENSORS_MAX,
  parseArtifactName,
  parseMemberKey,
  TENSOR_NAME_CHARS_MAX,
  TENSOR_RANK_MAX,
  TENSORS_PREFIX,
  type TensorEntry,
} from "@crv/core";
import { z } from "zod";
import { countShape, mapShape, objectKeyShape, parsedBy, writeMap } from "../shapes.js";

export const artifactNameShape = parsedBy(parseArtifactName);

const tensorShape: z.ZodType<TensorEntry> = z
  .object({
    name: z.string().max(TENSOR_NAME_CHARS_MAX),
    dtype: z.string().regex(/^[A-Z][A-Z0-9_]{0,31}$/),
    shape: z.array(countShape).max(TENSOR_RANK_MAX),
    begin: countShape,
    end: countShape,
    crc32: z.string().regex(/^[0-9a-f]{8}$/),
  })
  .refine(({ begin, end }) => begin <= end, "begin is above end");

const memberShape: z.ZodType<ArtifactMember> = z
  .object({
    name: z.string(),
    path: objectKeyShape,
    bytes: countShape,
    digest: z.string().regex(/^[0-9a-f]{32}$/),
    tensors: z.array(tensorShape).max(LISTED_TENSORS_MAX).optional(),
  })
  .refine(({ path }) => isMemberPath(path), "path is not that of a member")
  .refine(
    ({ name, path }) => isTensorMember(name) === path.startsWith(TENSORS_PREFIX),
    "path is of the other directory",
  )
  .refine(({ bytes, tensors = [] }) => tensors.every(({ end }) => end <= bytes), "it is too short")
  .transform(({ tensors, ...rest }) => ({ ...rest, ...(tensors && { tensors }) }));

function isMemberPath(path: string): boolean {
  try {
    return parseMemberKey(path) !== undefined;
  } catch {
    return false;
  }
}

export const membersShape: z.ZodType<readonly ArtifactMember[]> = z
  .array(memberShape)
  .max(ARTIFACT_MEMBERS_MAX)
  .refine(
    (members) =>
      members.every((m, i) => i === 0 || m.name > (members[i - 1] as ArtifactMember).name),
    "members are not in order",
  );

/** What a commit does to artifacts. */
export const artifactChangesShape: z.ZodType<ReadonlyMap<ArtifactName, readonly ArtifactMember[]>> =
  mapShape(artifactNameShape, membersShape).refine(
    (changes) => [...changes].every(([name, members]) => areMembersOf(name, members)),
    "an artifact has a member that it cannot have",
  );

export function areMembersOf(name: ArtifactName, members: readonly ArtifactMember[]): boolean {
  try {
    for (const member of members) checkMemberName(name, member.name);
    return true;
  } catch (error) {
    if (error instanceof CrvError) return false;
    throw error;
  }
}

export function writeArtifactChanges(
  changes: ReadonlyMap<ArtifactName, readonly ArtifactMember[]>,
): object {
  return writeMap(changes, (members) => members.map(writeMember));
}

export function writeMember({ name, path, bytes, digest, tensors }: ArtifactMember): object {
  return { name, path, bytes, digest, ...(tensors && { tensors }) };
}

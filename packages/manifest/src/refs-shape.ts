/** Branches and tags as they are on disk. Source: docs/format/branches.md. */
import {
  type BranchEntry,
  type CommitPoint,
  parseBranchId,
  parseTagName,
  type RefsChange,
} from "@crv/core";
import { z } from "zod";
import type { Refs } from "./refs.js";
import {
  branchNameShape,
  commitIdShape,
  countShape,
  mapShape,
  parsedBy,
  timeShape,
  writeMap,
} from "./shapes.js";

const branchIdShape = parsedBy(parseBranchId);
const tagNameShape = parsedBy(parseTagName);

const pointMembers = {
  branch_id: branchIdShape.nullable(),
  version: countShape,
  commit_id: commitIdShape.nullable(),
};

interface StoredPoint {
  readonly branch_id: CommitPoint["branchId"];
  readonly version: number;
  readonly commit_id: CommitPoint["commitId"];
}

function readPoint({ branch_id, version, commit_id }: StoredPoint): CommitPoint {
  return { branchId: branch_id, version, commitId: commit_id };
}

function hasCommit({ version, commit_id }: StoredPoint): boolean {
  return (version === 0) === (commit_id === null);
}

export const pointShape: z.ZodType<CommitPoint> = z
  .object(pointMembers)
  .refine(hasCommit, "commit_id does not go with version")
  .transform(readPoint);

const branchShape: z.ZodType<BranchEntry> = z.object({ id: branchIdShape, from: pointShape });

export const refsChangeShape: z.ZodType<RefsChange> = z
  .object({
    branches: mapShape(branchNameShape, branchShape.nullable()).optional(),
    tags: mapShape(tagNameShape, pointShape.nullable()).optional(),
  })
  .transform(({ branches = new Map(), tags = new Map() }) => ({ branches, tags }));

/** Of a checkpoint: all names that live. */
export const refsShape: z.ZodType<Refs> = z.object({
  branches: mapShape(
    branchNameShape,
    z
      .object({ id: branchIdShape, from: pointShape, created_at: timeShape })
      .transform(({ id, from, created_at }) => ({ id, from, createdAt: created_at })),
  ),
  tags: mapShape(
    tagNameShape,
    z
      .object({ ...pointMembers, created_at: timeShape })
      .refine(hasCommit, "commit_id does not go with version")
      .transform((tag) => ({ ...readPoint(tag), createdAt: tag.created_at })),
  ),
});

export function writeRefsChange({ branches, tags }: RefsChange): object {
  return {
    ...(branches.size > 0 && { branches: writeMap(branches, (b) => b && writeBranch(b)) }),
    ...(tags.size > 0 && { tags: writeMap(tags, (point) => point && writePoint(point)) }),
  };
}

export function writeRefs({ branches, tags }: Refs): object {
  return {
    branches: writeMap(branches, (b) => ({ ...writeBranch(b), created_at: b.createdAt })),
    tags: writeMap(tags, (t) => ({ ...writePoint(t), created_at: t.createdAt })),
  };
}

function writeBranch({ id, from }: BranchEntry): object {
  return { id, from: writePoint(from) };
}

export function writePoint({ branchId, version, commitId }: CommitPoint): object {
  return { branch_id: branchId, version, commit_id: commitId };
}

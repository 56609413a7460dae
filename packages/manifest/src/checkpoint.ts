/**
 * Whole checkpoints: the fold of records 1..N as one document. Trimming writes one, which then stands
 * in for the records that are gone and needs no other file. Source: docs/format/checkpoint.md, "Whole".
 */
import {
  type Artifact,
  CHECKPOINT_BYTES_MAX,
  CrvError,
  FORMAT_VERSION,
  formatCheckpointKey,
  type Version,
} from "@crv/core";
import type { Durability, ObjectReader, ObjectStore } from "@crv/storage-trait/object-store";
import { z } from "zod";
import { ArtifactIndex } from "./artifacts/artifact-index.js";
import {
  areMembersOf,
  artifactNameShape,
  membersShape,
  writeMember,
} from "./artifacts/artifact-shape.js";
import { decodeDocument, encodeDocument } from "./document.js";
import { Ledger, type LedgerEntry } from "./ledger.js";
import { NO_LINEAGE, withPoints } from "./lineage.js";
import { PartPaths } from "./part-paths.js";
import type { LivePart } from "./parts/live-part.js";
import { PartList } from "./parts/part-list.js";
import { hasRefs, NO_REFS } from "./refs.js";
import { pointShape, refsShape, writePoint, writeRefs } from "./refs-shape.js";
import type { RunState, TableState } from "./run-state.js";
import {
  commitIdShape,
  countShape,
  descriptorShape,
  operationIdShape,
  partShape,
  timeShape,
  versionShape,
  writeDescriptor,
  writePart,
} from "./shapes.js";

const livePartShape: z.ZodType<LivePart> = z
  .object({ part: partShape, created_at: timeShape })
  .transform((p) => ({ ...p.part, createdAt: p.created_at }));

const tableShape: z.ZodType<TableState> = z
  .object({
    descriptor: descriptorShape,
    version: versionShape,
    content_version: countShape,
    changed_at: versionShape,
    described_at: versionShape,
    created_at: timeShape,
    updated_at: timeShape,
    parts: z.array(livePartShape),
  })
  .transform((t) => ({
    key: t.descriptor.name,
    descriptor: t.descriptor,
    version: t.version,
    contentVersion: t.content_version,
    changedAt: t.changed_at,
    describedAt: t.described_at,
    createdAt: t.created_at,
    updatedAt: t.updated_at,
    parts: PartList.from(t.parts),
  }));

const artifactShape: z.ZodType<Artifact> = z
  .object({
    name: artifactNameShape,
    version: versionShape,
    created_at: timeShape,
    members: membersShape,
  })
  .refine(({ name, members }) => members.length > 0 && areMembersOf(name, members))
  .transform(({ created_at, ...rest }) => ({ ...rest, createdAt: created_at }));

const settledShape = z
  .tuple([operationIdShape, z.enum(["landed", "aborted"]), versionShape])
  .transform(([id, kind, version]): readonly [typeof id, LedgerEntry] => [id, { kind, version }]);

const checkpointShape: z.ZodType<RunState> = z
  .object({
    format: z.literal(FORMAT_VERSION),
    version: versionShape,
    commit_id: commitIdShape,
    created_at: timeShape,
    tables: z.array(tableShape),
    artifacts: z.array(artifactShape).optional(),
    merged: z.array(pointShape).optional(),
    refs: refsShape.optional(),
    settled: z.array(settledShape),
    audited: z.array(z.tuple([operationIdShape, versionShape])),
  })
  .transform((c) => {
    const artifacts = ArtifactIndex.from(c.artifacts ?? []);
    const parts = new Map(c.tables.map((t) => [t.key, t.parts]));
    return {
      version: c.version,
      commitId: c.commit_id,
      createdAt: c.created_at,
      tables: new Map(c.tables.map((t) => [t.key, t])),
      lineage: withPoints(NO_LINEAGE, c.merged ?? []),
      refs: c.refs ?? NO_REFS,
      ledger: Ledger.from(c.settled, c.audited),
      artifacts,
      paths: new PartPaths(parts, c.version, artifacts),
    };
  });

/** Writes the checkpoint of `state`. False when the store did not confirm it; nothing is lost then. */
export async function writeCheckpoint(
  store: ObjectStore,
  state: RunState,
  durability: Durability,
): Promise<boolean> {
  const artifacts = [...state.artifacts.list(state.version)];
  const body = await encodeDocument({
    format: FORMAT_VERSION,
    version: state.version,
    commit_id: state.commitId,
    created_at: state.createdAt,
    tables: [...state.tables.values()].map(describeTable),
    ...(artifacts.length > 0 && { artifacts: artifacts.map(describeArtifact) }),
    ...(state.lineage.size > 0 && { merged: [...state.lineage.values()].map(writePoint) }),
    ...(hasRefs(state.refs) && { refs: writeRefs(state.refs) }),
    settled: [...state.ledger.settled(state.version)].map(([id, e]) => [id, e.kind, e.version]),
    audited: [...state.ledger.audited(state.version)],
  });
  if (body.byteLength > CHECKPOINT_BYTES_MAX) return false;
  const outcome = await store.create(formatCheckpointKey(state.version), body, { durability });
  return outcome.kind !== "unknown";
}

function describeArtifact({ name, version, createdAt, members }: Artifact): object {
  return { name, version, created_at: createdAt, members: members.map(writeMember) };
}

function describeTable(table: TableState): object {
  return {
    descriptor: writeDescriptor(table.descriptor),
    version: table.version,
    content_version: table.contentVersion,
    changed_at: table.changedAt,
    described_at: table.describedAt,
    created_at: table.createdAt,
    updated_at: table.updatedAt,
    parts: [...table.parts].map((p) => ({ part: writePart(p), created_at: p.createdAt })),
  };
}

/** The state of a checkpoint, or undefined when it is absent, torn or damaged: then it is bypassed. */
export async function readCheckpoint(
  reader: ObjectReader,
  version: Version,
): Promise<RunState | undefined> {
  const key = formatCheckpointKey(version);
  try {
    const bytes = await reader.get(key, { sizeBytesMax: CHECKPOINT_BYTES_MAX });
    const state = bytes && (await decodeDocument(key, bytes, checkpointShape));
    return state?.version === version ? state : undefined;
  } catch (error) {
    if (error instanceof CrvError && ["CORRUPT", "LIMIT_EXCEEDED"].includes(error.code))
      return undefined;
    throw error;
  }
}

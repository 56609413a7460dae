/**
 * Sidecars: what a writer means to do, written before its first part. Source: docs/format/sidecar.md.
 *
 * A sidecar names everything that its operation may leave behind: the tables, and the prefix of every
 * part name. Written by create, extended and renewed by replace, removed last.
 */
import {
  ACTOR_CHARS_MAX,
  type BranchName,
  FORMAT_VERSION,
  formatSidecarKey,
  type OperationId,
  type OperationRef,
  type TableKey,
  type TableVersion,
  type Version,
} from "@crv/core";
import {
  branchNameShape,
  corrupt,
  countShape,
  decodeDocument,
  encodeDocument,
  mapShape,
  operationIdShape,
  tableKeyShape,
  timeShape,
  writeMap,
} from "@crv/manifest";
import type { ProcessIdentity } from "@crv/storage-trait/liveness";
import { z } from "zod";
import { ownerShape, writeOwner } from "./owner.js";

export interface Sidecar {
  readonly operationId: OperationId;
  readonly branch: BranchName;
  /** Version that the operation read. */
  readonly base: Version;
  /** What kind of writer: for people, not for decisions. */
  readonly writerKind: string;
  readonly actor: string | null;
  /** Other operations whose rows are in the same parts: they land with it, or none does. */
  readonly companions?: readonly OperationId[];
  /** Expected version of each table that parts may be written for; null = blind. */
  readonly tables: ReadonlyMap<TableKey, TableVersion | null>;
  /** Whether it may write members of artifacts. */
  readonly artifacts?: true;
  /** First 24 hex digits in the names of its parts. */
  readonly partPrefix: string;
  readonly owner: ProcessIdentity;
  readonly startedAt: string;
  /** After this moment the operation may be rolled back though its owner might live. */
  readonly leaseDeadline: string;
}

export function sidecarRef(sidecar: Sidecar): OperationRef {
  return { operationId: sidecar.operationId, branch: sidecar.branch, base: sidecar.base };
}

const sidecarShape: z.ZodType<Sidecar> = z
  .object({
    operation_id: operationIdShape,
    branch: branchNameShape,
    base: countShape,
    writer_kind: z.string(),
    actor: z.string().max(ACTOR_CHARS_MAX).nullable(),
    companions: z.array(operationIdShape).min(1).optional(),
    tables: mapShape(tableKeyShape, countShape.nullable()),
    artifacts: z.literal(true).optional(),
    part_prefix: z.string().regex(/^[0-9a-f]{24}$/),
    owner: ownerShape,
    started_at: timeShape,
    lease_deadline: timeShape,
  })
  .transform((s) => ({
    operationId: s.operation_id,
    branch: s.branch,
    base: s.base,
    writerKind: s.writer_kind,
    actor: s.actor,
    ...(s.companions && { companions: s.companions }),
    tables: s.tables,
    ...(s.artifacts && { artifacts: s.artifacts }),
    partPrefix: s.part_prefix,
    owner: s.owner,
    startedAt: s.started_at,
    leaseDeadline: s.lease_deadline,
  }));

export function encodeSidecar(sidecar: Sidecar): Promise<Uint8Array> {
  return encodeDocument(describeSidecar(sidecar));
}

/** A sidecar as it is on disk and in `--json` output, without its digest. */
export function describeSidecar(sidecar: Sidecar): Readonly<Record<string, unknown>> {
  return {
    format: FORMAT_VERSION,
    operation_id: sidecar.operationId,
    branch: sidecar.branch,
    base: sidecar.base,
    writer_kind: sidecar.writerKind,
    actor: sidecar.actor,
    ...(sidecar.companions && { companions: sidecar.companions }),
    tables: writeMap(sidecar.tables, (v) => v),
    ...(sidecar.artifacts && { artifacts: true }),
    part_prefix: sidecar.partPrefix,
    owner: writeOwner(sidecar.owner),
    started_at: sidecar.startedAt,
    lease_deadline: sidecar.leaseDeadline,
  };
}

/**
 * @param operationId The id that the sidecar's name says.
 * @throws IoManifestError `CORRUPT`: torn; it is then recovered by its name alone.
 * @throws VersionMismatch `FORMAT_UNSUPPORTED`.
 */
export async function decodeSidecar(operationId: OperationId, bytes: Uint8Array): Promise<Sidecar> {
  const key = formatSidecarKey(operationId);
  const sidecar = await decodeDocument(key, bytes, sidecarShape);
  if (sidecar.operationId !== operationId) {
    throw corrupt(key, `it says that it is of operation ${sidecar.operationId}`);
  }
  return sidecar;
}

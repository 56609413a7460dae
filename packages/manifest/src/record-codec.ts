/**
 * Commit records: from `CommitRecord` to the bytes of `_log/<version>.json` and back.
 * Source: docs/format/commit-record.md.
 */
import {
  ACTOR_CHARS_MAX,
  type CommitRecord,
  FORMAT_VERSION,
  formatRecordKey,
  IoWriteError,
  MESSAGE_CHARS_MAX,
  type OperationEntry,
  RECORD_BYTES_MAX,
  type RecoveredOperation,
  type RecoveryEntry,
  type SharedRows,
  type TableChange,
  type Version,
} from "@crv/core";
import { z } from "zod";
import {
  artifactChangesShape,
  artifactNameShape,
  writeArtifactChanges,
} from "./artifacts/artifact-shape.js";
import { corrupt, decodeDocument, encodeDocument } from "./document.js";
import { pointShape, refsChangeShape, writePoint, writeRefsChange } from "./refs-shape.js";
import {
  commitIdShape,
  countShape,
  descriptorShape,
  mapShape,
  objectKeyShape,
  operationIdShape,
  partShape,
  tableKeyShape,
  timeShape,
  versionShape,
  writeDescriptor,
  writeMap,
  writePart,
} from "./shapes.js";

const actorShape = z.string().max(ACTOR_CHARS_MAX).nullable();

const sharedShape: z.ZodType<SharedRows> = z.object({
  leader: operationIdShape,
  rows: countShape,
  buckets: z.array(countShape),
});

const operationShape: z.ZodType<OperationEntry> = z
  .object({
    id: operationIdShape,
    actor: actorShape,
    message: z.string().max(MESSAGE_CHARS_MAX).nullable(),
    kind: z.enum([
      "append",
      "merge",
      "overwrite",
      "delete",
      "update",
      "schema",
      "files",
      "tensors",
      "transaction",
      "optimize",
      "refs",
      "repair",
      "recovery",
    ]),
    tables: mapShape(tableKeyShape, countShape.nullable()),
    artifacts: mapShape(artifactNameShape, countShape).optional(),
    shared: sharedShape.optional(),
  })
  .transform(({ artifacts, shared, ...rest }) => ({
    ...rest,
    ...(artifacts && { artifacts }),
    ...(shared && { shared }),
  }));

const tableChangeShape: z.ZodType<TableChange> = z
  .object({
    version: versionShape,
    descriptor: descriptorShape.optional(),
    dropped: z.array(z.string()).min(1).optional(),
    add: z.array(partShape),
    remove: z.array(objectKeyShape),
    preserving: z.literal(true).optional(),
  })
  .transform(({ descriptor, dropped, preserving, ...rest }) => ({
    ...rest,
    ...(descriptor && { descriptor }),
    ...(dropped && { dropped }),
    ...(preserving && { preserving }),
  }));

const recoveredMembers = {
  operation_id: operationIdShape,
  for_actor: actorShape,
  tables: z.array(
    z.object({
      table: tableKeyShape,
      class: z.enum([
        "RolledPastExpected",
        "NoMovement",
        "UnexpectedAtP1",
        "UnexpectedMultistep",
        "InvariantViolation",
      ]),
      from: countShape,
      to: countShape,
    }),
  ),
};

const recoveredShape: z.ZodType<RecoveredOperation> = z
  .object(recoveredMembers)
  .transform((r) => ({ operationId: r.operation_id, forActor: r.for_actor, tables: r.tables }));

const recoveryShape: z.ZodType<RecoveryEntry> = z
  .object({
    kind: z.enum(["RolledForward", "RolledBack"]),
    ...recoveredMembers,
    others: z.array(recoveredShape).min(1).optional(),
  })
  .transform((r) => ({
    kind: r.kind,
    operationId: r.operation_id,
    forActor: r.for_actor,
    tables: r.tables,
    ...(r.others && { others: r.others }),
  }));

const recordShape: z.ZodType<CommitRecord> = z
  .object({
    format: z.literal(FORMAT_VERSION),
    version: versionShape,
    commit_id: commitIdShape,
    parents: z.array(commitIdShape).max(2),
    kind: z.enum(["data", "optimize", "merge", "refs", "recovery"]),
    created_at: timeShape,
    operations: z.array(operationShape).min(1),
    aborts: z.array(operationIdShape),
    tables: mapShape(tableKeyShape, tableChangeShape),
    artifacts: artifactChangesShape.optional(),
    merged: z.array(pointShape).min(1).optional(),
    refs: refsChangeShape.optional(),
    recovery: recoveryShape.optional(),
  })
  .transform((r) => ({
    format: r.format,
    version: r.version,
    commitId: r.commit_id,
    parents: r.parents,
    kind: r.kind,
    createdAt: r.created_at,
    operations: r.operations,
    aborts: r.aborts,
    tables: r.tables,
    ...(r.artifacts && { artifacts: r.artifacts }),
    ...(r.merged && { merged: r.merged }),
    ...(r.refs && { refs: r.refs }),
    ...(r.recovery && { recovery: r.recovery }),
  }));

/**
 * The bytes of a record. The same record always gives the same bytes.
 *
 * @throws IoWriteError `LIMIT_EXCEEDED`: larger than a reader would accept.
 */
export async function encodeRecord(record: CommitRecord): Promise<Uint8Array> {
  const bytes = await encodeDocument(describeRecord(record));
  if (bytes.byteLength <= RECORD_BYTES_MAX) return bytes;
  throw new IoWriteError(
    "LIMIT_EXCEEDED",
    `the record of this commit has ${bytes.byteLength} bytes, more than ${RECORD_BYTES_MAX}: commit fewer parts at a time`,
    { details: { version: record.version, sizeBytes: bytes.byteLength, max: RECORD_BYTES_MAX } },
  );
}

/**
 * Checks that what {@link encodeRecord} writes will be read: names, numbers and lengths within what
 * readers accept.
 *
 * @throws ZodError naming the member.
 */
export function checkReadable(record: CommitRecord): void {
  recordShape.parse(describeRecord(record));
}

/** A record as it is on disk and in `--json` output, without its digest. */
export function describeRecord(record: CommitRecord): Readonly<Record<string, unknown>> {
  return {
    format: record.format,
    version: record.version,
    commit_id: record.commitId,
    parents: record.parents,
    kind: record.kind,
    created_at: record.createdAt,
    operations: record.operations.map(describeOperation),
    aborts: record.aborts,
    tables: writeMap(record.tables, describeChange),
    ...(record.artifacts && { artifacts: writeArtifactChanges(record.artifacts) }),
    ...(record.merged && { merged: record.merged.map(writePoint) }),
    ...(record.refs && { refs: writeRefsChange(record.refs) }),
    ...(record.recovery && { recovery: describeRecovery(record.recovery) }),
  };
}

/**
 * @param version The version that the record's name says.
 * @throws IoManifestError `CORRUPT`, VersionMismatch `FORMAT_UNSUPPORTED`.
 */
export async function decodeRecord(version: Version, bytes: Uint8Array): Promise<CommitRecord> {
  const key = formatRecordKey(version);
  const record = await decodeDocument(key, bytes, recordShape);
  if (record.version !== version) {
    throw corrupt(
      key,
      `it says that it is version ${record.version}: the file was renamed or copied`,
    );
  }
  return record;
}

function describeOperation({ artifacts, ...operation }: OperationEntry): object {
  return {
    ...operation,
    tables: writeMap(operation.tables, (v) => v),
    ...(artifacts && { artifacts: writeMap(artifacts, (v) => v) }),
  };
}

function describeChange(change: TableChange): object {
  return {
    version: change.version,
    ...(change.descriptor && { descriptor: writeDescriptor(change.descriptor) }),
    ...(change.dropped && { dropped: change.dropped }),
    add: change.add.map(writePart),
    remove: change.remove,
    ...(change.preserving && { preserving: true }),
  };
}

function describeRecovery({ kind, others, ...first }: RecoveryEntry): object {
  return {
    kind,
    ...describeRecovered(first),
    ...(others && { others: others.map(describeRecovered) }),
  };
}

function describeRecovered({ operationId, forActor, tables }: RecoveredOperation): object {
  return { operation_id: operationId, for_actor: forActor, tables };
}

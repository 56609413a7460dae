/** What every other package shares: names, types, limits, errors. Does no I/O. */

export type {
  AdoptReport,
  AdoptRequest,
  ForeignFile,
  LeftOutColumn,
  SkippedFile,
} from "./adoption.js";
export { canonicalJson, hashContext, hashRow, hashState } from "./canonical-json.js";
export {
  CANONICAL_TABLES,
  DECISIONS_DESC,
  EXCHANGE_DESC,
  getTable,
  HOLDINGS_DESC,
  HOLDINGS_VALUATION_DESC,
  IDENTITY_EDGES_DESC,
  isTableName,
  listTables,
  MESSAGES_DESC,
  ORACLE_CALLS_DESC,
  SCENARIOS_SEEN_DESC,
  TableName,
} from "./canonical-tables.js";
export type { Clock } from "./clock.js";
export {
  brokenNameRule,
  type ColumnSpec,
  type ColumnSpecs,
  type ColumnType,
  formatColumnType,
  isOpenType,
  isStructType,
  type NamedType,
  type OpenType,
  type ParsedSpec,
  parseColumnSpec,
  parseVectorType,
  SCALAR_TYPES,
  type ScalarType,
  type StructType,
  type VectorElement,
  type VectorType,
} from "./column-type.js";
export {
  type CommitKind,
  type CommitRecord,
  FORMAT_VERSION,
  type OperationEntry,
  type OperationKind,
  RECOVERY_ACTOR,
  type RecoveredOperation,
  type RecoveredTable,
  type RecoveryClass,
  type RecoveryEntry,
  recoveriesOf,
  recoveryEntryOf,
  type SharedRows,
  type TableChange,
  type TableManifest,
  type TablePartition,
} from "./commit-record.js";
export {
  type Cardinality,
  type ConstraintViolation,
  VIOLATING_KEYS_MAX,
} from "./constraint-violation.js";
export {
  type ConstraintSpecs,
  type Constraints,
  checkReference,
  hasConstraints,
  NO_CONSTRAINTS,
  parseConstraints,
  type ReferenceConstraint,
} from "./constraints.js";
export {
  BUCKET_COLUMN,
  defineTable,
  equalDescriptors,
  type TableDescriptor,
  type TableOptions,
  TICK_BUCKET_SIZE,
  withBucketSize,
} from "./descriptor.js";
export {
  ARTIFACTS_PREFIX,
  BUNDLE_VIEW_KEY,
  CHECKPOINT_INDEX_PREFIX,
  CHECKPOINT_PREFIX,
  FLOOR_PREFIX,
  formatBucketDirectory,
  formatCheckpointIndexKey,
  formatCheckpointKey,
  formatFloorKey,
  formatInfoKey,
  formatKeyFilterKey,
  formatLeaseKey,
  formatManifestViewKey,
  formatPartKey,
  formatPartPrefix,
  formatRecordKey,
  formatRunDirectory,
  formatSegmentKey,
  formatSessionKey,
  formatSidecarKey,
  HEAD_HINT_KEY,
  INFO_PREFIX,
  LEASE_PREFIX,
  LOG_PREFIX,
  type PartName,
  parseCheckpointIndexKey,
  parseCheckpointKey,
  parseFloorKey,
  parseInfoKey,
  parseKeyFilterKey,
  parseLeaseKey,
  parsePartKey,
  parseRecordKey,
  parseSegmentKey,
  parseSessionKey,
  parseSidecarKey,
  RUNS_DIRECTORY,
  SEGMENT_PREFIX,
  SESSION_PREFIX,
  type SegmentName,
  SIDECAR_PREFIX,
  STAGING_DIRECTORY,
  STORE_MARKER_KEY,
  TABLES_PREFIX,
} from "./disk-names.js";
export {
  ConflictError,
  ConstraintError,
  CrvError,
  ERROR_ACTIONS,
  type ErrorAction,
  type ErrorCode,
  type ErrorDetails,
  GrammarError,
  IoConfigError,
  IoError,
  IoManifestError,
  IoSchemaError,
  IoWriteError,
  SchemaError,
  show,
  UnknownOutcomeError,
  VersionMismatch,
} from "./errors.js";
export { type EvolvedTable, evolveDescriptor, type TableEvolution } from "./evolve-descriptor.js";
export { createHash52, type Hash52 } from "./hash64.js";
export type { BranchName, CommitId, OperationId, RunId, SessionId, TableKey } from "./id-types.js";
export {
  MAIN_BRANCH,
  operationTime,
  parseBranchName,
  parseCommitId,
  parseOperationId,
  parseRunId,
  parseSessionId,
  parseTableKey,
} from "./ids.js";
export type { InferRow, JsonObject, JsonValue, RowInput } from "./infer-row.js";
export {
  ACTOR_CHARS_MAX,
  CHECKPOINT_BYTES_MAX,
  CHECKPOINT_INDEX_BYTES_MAX,
  COLUMNS_MAX,
  INFO_BYTES_MAX,
  KEY_FILTER_BYTES_MAX,
  KEY_FILTER_INLINE_BYTES_MAX,
  LABELS_MAX,
  MESSAGE_CHARS_MAX,
  NAME_CHARS_MAX,
  NESTING_MAX,
  PART_BYTES_MAX,
  PART_ROWS_MAX,
  RECORD_BYTES_MAX,
  SEGMENT_BYTES_MAX,
  SIDECAR_BYTES_MAX,
  SMALL_FILE_BYTES_MAX,
  STATISTICS_CHARS_MAX,
  STRUCT_NESTING_MAX,
  TABLES_MAX,
  TICK_MAX,
  VECTOR_SIZE_MAX,
} from "./limits.js";
export { checkLowerSnake, isLowerSnake } from "./naming.js";
export { type ObjectKey, parseObjectKey } from "./object-key.js";
export type { CommitOutcome, Conflict, OperationRef, Resolution } from "./outcome.js";
export { COMPRESSION, ROW_GROUP_SIZE } from "./part-defaults.js";
export type {
  ColumnStatistics,
  KeyFilterEntry,
  PartEntry,
  RowGroupEntry,
  StatisticsByColumn,
} from "./part-entry.js";
export { type CompareOp, columnsOf, type Predicate, type Scalar } from "./predicate.js";
export type { Random } from "./random.js";
export {
  type BundledArtifact,
  type BundledTable,
  LAB_ARTIFACTS,
  type LabArtifacts,
  type RunBundle,
  type RunBundleFacts,
} from "./run-bundle.js";
export { makeRunId } from "./run-id.js";
export {
  checkSeal,
  createDigester,
  type Digest,
  type Digester,
  digestOf,
  type Seal,
  sealOf,
} from "./seal.js";
export { compareText } from "./text.js";
export type { Timers } from "./timers.js";
export { ulidSource } from "./ulid-source.js";
export type { TableVersion, Version } from "./version.js";
export {
  checkCompatible,
  formatSchemaVersion,
  isCompatible,
  isSuccessorOf,
  parseSchemaVersion,
  SCHEMA_V,
  type SchemaVersion,
  schemaVersion,
} from "./versioning.js";

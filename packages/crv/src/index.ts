/**
 * crv: an embedded, transactional store for the runs of simulations and models.
 *
 * Every name is listed here by hand; `test/public-api.test.ts` freezes the list.
 */

export {
  type AdoptReport,
  type BranchName,
  CANONICAL_TABLES,
  COMPRESSION,
  type ColumnSpec,
  type ColumnSpecs,
  type ColumnType,
  type CommitId,
  type CommitOutcome,
  type CommitRecord,
  type Conflict,
  ConflictError,
  ConstraintError,
  type ConstraintSpecs,
  type Constraints,
  type ConstraintViolation,
  CrvError,
  canonicalJson,
  DECISIONS_DESC,
  defineTable,
  type ErrorAction,
  type ErrorCode,
  type ErrorDetails,
  EXCHANGE_DESC,
  formatSchemaVersion,
  GrammarError,
  getTable,
  HOLDINGS_DESC,
  HOLDINGS_VALUATION_DESC,
  hashContext,
  hashRow,
  hashState,
  IDENTITY_EDGES_DESC,
  type InferRow,
  IoConfigError,
  IoError,
  IoManifestError,
  IoSchemaError,
  IoWriteError,
  isCompatible,
  isLowerSnake,
  isSuccessorOf,
  type JsonObject,
  type JsonValue,
  type LeftOutColumn,
  listTables,
  MESSAGES_DESC,
  type MergeChoice,
  type MergeConflict,
  MergeConflictError,
  type MergeConflictKind,
  type OperationId,
  type OperationRef,
  ORACLE_CALLS_DESC,
  parseSchemaVersion,
  RECOVERY_ACTOR,
  type Resolution,
  ROW_GROUP_SIZE,
  type RowInput,
  type RunBundle,
  type RunId,
  recoveriesOf,
  SCENARIOS_SEEN_DESC,
  SCHEMA_V,
  SchemaError,
  type SchemaVersion,
  type SkippedFile,
  schemaVersion,
  type TableDescriptor,
  type TableEvolution,
  type TableKey,
  type TableManifest,
  TableName,
  type TableOptions,
  TICK_BUCKET_SIZE,
  TICK_MAX,
  UnknownOutcomeError,
  VersionMismatch,
} from "@crv/core";
export { formatArrowType, writtenOut } from "@crv/core/arrow";
export {
  COMMIT_PHASES,
  type CommitPhase,
  type CopyReport,
  type FileKind,
  type PhaseEvent,
  type ProblemKind,
  type RepairAct,
  type RepairKind,
  type RepairOptions,
  type RepairReport,
  type StoreEvent,
  type Unrepaired,
  type VerifyCounts,
  type VerifyOptions,
  type VerifyProblem,
  type VerifyProgress,
  type VerifyReport,
} from "@crv/engine";
export {
  type AppendInput,
  type AppendResult,
  type BadRow,
  type ChangedTable,
  Dataset,
  type EffectiveSetting,
  type EvolveOptions,
  type EvolveResult,
  type FilesByTable,
  type Filter,
  type IoSettingsInput,
  type LoadInput,
  type LoadMode,
  type LoadOptions,
  type PolarsFrame,
  type PolarsModule,
  type RecordedTable,
  Recorder,
  type RecorderOptions,
  Scan,
  type ScanOptions,
  type SettingOrigin,
  type StageFilesOptions,
  Transaction,
  type TransactionResult,
  type ValidateRows,
  type Where,
  type WriteOptions,
  type WrittenRows,
} from "@crv/io";
export { describeRecord, type RunInfo } from "@crv/manifest";
export {
  describeSidecar,
  type ExaminedOperation,
  type RunStatus,
  type SweepReport,
  type SweptOperation,
} from "@crv/recovery";
export type {
  BranchSummary,
  CleanupOptions,
  CleanupReport,
  CommitPointName,
  DecidedConflict,
  Durability,
  HeldVersion,
  MergedTable,
  MergeOptions,
  MergeReport,
  OptimizedTable,
  OptimizeOptions,
  OptimizeReport,
  RunDiff,
  TableDiff,
  TagSummary,
  TrimReport,
} from "@crv/storage-trait";
export {
  type AnyTensorInput,
  type Batch,
  type BatchInput,
  type BatchStat,
  type CastOptions,
  type Json,
  type Layers,
  type LayersInput,
  type LoaderCursor,
  type LoaderOptions,
  type MiniBatch,
  RunTensors,
  TensorLoader,
  TensorMatrix,
  type TensorStat,
  TensorStore,
  type VerifyReport as TensorVerifyReport,
} from "@crv/tensors";
export { type AdoptRunOptions, adoptRun } from "./adopt-run.js";
export type { BundleOptions } from "./bundle-facts.js";
export { type ConflictResponse, conflictResponse } from "./conflict-response.js";
export {
  type CopyRunOptions,
  copyRun,
  type ExportRunOptions,
  exportRun,
} from "./copy-run.js";
export type { FollowedCommit, FollowOptions } from "./follow.js";
export { IoSettings } from "./io-settings.js";
export { type LoadedSettings, type LoadSettingsOptions, loadSettings } from "./load-settings.js";
export { makeRunId } from "./make-run-id.js";
export type { RunMergeOptions } from "./merge-options.js";
export { openDataset } from "./open-dataset.js";
export { type OpenRunOptions, openRun } from "./open-run.js";
export {
  type DeleteRunOptions,
  openStore,
  type RunsOptions,
  type Store,
  type StoreOptions,
} from "./open-store.js";
export { type OpenTensorStoreOptions, openTensorStore } from "./open-tensor-store.js";
export type { CreateRefOptions, RefOptions } from "./ref-options.js";
export { type RepairRunOptions, repairRun } from "./repair-run.js";
export { Run, type RunOptions } from "./run.js";
export type { LabelChange } from "./run-info-change.js";
export type {
  LogOptions,
  RefreshReport,
  RunDiffOptions,
  TableSummary,
} from "./run-reports.js";
export type { ListedStatus, RunSummary, UnreadableRun } from "./run-summary.js";
export type { VersionTarget } from "./run-target.js";
export { RunTransaction } from "./run-transaction.js";
export { type RunRow, RunsScan, type RunsScanOptions } from "./runs-scan.js";
export { type VerifyRunOptions, verifyRun } from "./verify-run.js";
export { writeRunBundleManifest } from "./write-run-bundle.js";

/** The sealed staged storage: what io and tensors may see of the store. Types only. */
export type {
  BranchSummary,
  CommitPointName,
  CommitText,
  DecidedConflict,
  DiffOptions,
  MergedTable,
  MergeOptions,
  MergeReport,
  RefsSummary,
  RunDiff,
  TableDiff,
  TagSummary,
} from "./history.js";
export type {
  CleanupOptions,
  CleanupReport,
  HeldVersion,
  OptimizedTable,
  OptimizeOptions,
  OptimizeReport,
  TrimReport,
} from "./maintenance.js";
export type { MemberInput, MemberRange } from "./member.js";
export type { Durability } from "./object-store.js";
export type {
  AppendOptions,
  AppendOutcome,
  CommitRange,
  CommittedParts,
  OperationIntent,
  ScanPlan,
  ScanRequest,
  SchemaChange,
  SnapshotHandle,
  SnapshotTarget,
  StagedHandle,
  StagedOperation,
  StagedStorage,
  StageKind,
} from "./staged-storage.js";

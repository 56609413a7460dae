/** The sealed staged storage: what io and tensors may see of the store. Types only. */
export type { Durability } from "./object-store.js";
export type {
  AppendOptions,
  AppendOutcome,
  CleanupOptions,
  CleanupReport,
  CommitRange,
  HeldVersion,
  OperationIntent,
  OptimizedTable,
  OptimizeOptions,
  OptimizeReport,
  ScanPlan,
  ScanRequest,
  SchemaChange,
  SnapshotHandle,
  SnapshotTarget,
  StagedHandle,
  StagedOperation,
  StagedStorage,
  StageKind,
  TrimReport,
} from "./staged-storage.js";

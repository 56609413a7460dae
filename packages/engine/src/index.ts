/** The one implementation of the sealed storage: staged operations, the commit pipeline, scans. */
export type { CopyOptions, CopyTarget } from "./copy/copier.js";
export {
  type CopyReport,
  copyRun,
  exportTables,
} from "./copy/copy-run.js";
export { COMMIT_PHASES, type CommitPhase, type PhaseEvent } from "./engine-context.js";
export { isForeignRun } from "./foreign/is-foreign-run.js";
export { type InspectOptions, inspectOperations } from "./inspect-operations.js";
export {
  type OpenedStorage,
  type OpenReaderOptions,
  type OpenStorageOptions,
  openReadOnlyStorage,
  openStorage,
} from "./open-storage.js";
export { AUTO_OPTIMIZE, type AutoOptimizePolicy } from "./optimize/auto-optimizer.js";
export type { RepairAct, RepairKind, Unrepaired } from "./repair/repair-act.js";
export {
  planRepairs,
  type RepairOptions,
  type RepairReport,
  repairRun,
} from "./repair/repair-run.js";
export { readAhead } from "./scan/read-ahead.js";
export type { StoreEvent } from "./store-event.js";
export type { VerifyCounts } from "./verify/findings.js";
export type { FileKind, ProblemKind, VerifyProblem } from "./verify/problem.js";
export {
  type VerifyContext,
  type VerifyOptions,
  type VerifyProgress,
  type VerifyReport,
  verifyRun,
} from "./verify/verify-run.js";

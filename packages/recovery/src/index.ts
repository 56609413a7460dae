/** Recovery of operations whose writers died: sidecars, leases, classify, decide, sweep, audit. */
export { classify, type Evidence, type TableEvidence } from "./classify.js";
export { type Case, type Decision, decide } from "./decide.js";
export {
  type ExamineContext,
  type Examined,
  type ExaminedOperation,
  examineOperations,
  listOperations,
} from "./examine-operations.js";
export {
  checkLeaseMs,
  isLeaseOver,
  LEASE_MS,
  LEASE_MS_MAX,
  LEASE_MS_MIN,
  leaseDeadline,
  leaseRenewalAtMs,
} from "./lease.js";
export {
  decodeLease,
  encodeLease,
  type FoundLease,
  listLeases,
  type ReaderLease,
} from "./reader-lease.js";
export {
  beginSession,
  decodeSession,
  othersAtWork,
  type RunStatus,
  readRunStatus,
  type Session,
  type SessionContext,
} from "./session.js";
export {
  type RecoveryContext,
  type SweptOperation,
  settleOperations,
} from "./settle-operations.js";
export { type ArtifactView, artifactViews, showArtifact } from "./show-artifact.js";
export { readViewVersion, showTable, type ViewContext, viewAhead } from "./show-table.js";
export {
  decodeSidecar,
  describeSidecar,
  encodeSidecar,
  type Sidecar,
  sidecarRef,
} from "./sidecar.js";
export { type SweepOptions, type SweepReport, sweep } from "./sweep.js";
export { sweepViews } from "./sweep-views.js";

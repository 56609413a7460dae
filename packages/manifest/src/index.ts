/** The commit log of a run: records, publishing, replay, checkpoints, the floor, published views. */
export { ArtifactIndex } from "./artifacts/artifact-index.js";
export { readCheckpoint, writeCheckpoint } from "./checkpoint.js";
export { CommitLog, type Damage, type LogBase } from "./commit-log.js";
export { corrupt, type DocumentBody, decodeDocument, encodeDocument } from "./document.js";
export { findCheckpoint, isCheckpointDue } from "./find-checkpoint.js";
export { checkFloor, raiseFloor, readFloor } from "./floor.js";
export { foreignState } from "./foreign-state.js";
export { readHint } from "./head-hint.js";
export { Ledger, type LedgerEntry } from "./ledger.js";
export {
  commonPoints,
  holds,
  type Lineage,
  pointsBeyond,
  withPoints,
} from "./lineage.js";
export type { LivePart } from "./parts/live-part.js";
export { PartList } from "./parts/part-list.js";
export {
  type ArtifactEdits,
  type Companion,
  composeCommit,
  composeRecovery,
  type Judgement,
  judge,
  type MergeEdit,
  type Proposal,
  type RecordIdentity,
  type TableEdit,
} from "./proposal.js";
export {
  type LivingBranch,
  Publisher,
  type PublisherOptions,
  type RecoveryOutcome,
  STRICT_RETRIES_MAX,
} from "./publisher.js";
export { decodeRecord, describeRecord, encodeRecord } from "./record-codec.js";
export { type CreateRecordOutcome, createRecord } from "./record-creator.js";
export {
  branchNameOf,
  dependentsOf,
  findRefConflict,
  NO_REFS,
  pinnedPoints,
  type Refs,
  type RefsEdit,
} from "./refs.js";
export {
  changeRunInfo,
  checkRunInfo,
  encodeRunInfo,
  type RunInfo,
  readRunInfo,
} from "./run-info.js";
export type { RunOutline } from "./run-outline.js";
export {
  applyRecord,
  emptyState,
  fitsTable,
  foldRecord,
  forkState,
  type RunState,
  type TableState,
  tableManifest,
  tableVersionOf,
} from "./run-state.js";
export { readSegmentedCheckpoint, readSegmentNames } from "./segments/read-segments.js";
export { writeSegmentedCheckpoint } from "./segments/write-segments.js";
export {
  branchNameShape,
  countShape,
  mapShape,
  operationIdShape,
  tableKeyShape,
  timeShape,
  versionShape,
  writeMap,
} from "./shapes.js";
export { decodeForeignManifest, type ForeignManifest } from "./views/foreign-manifest.js";
export { composeBundle, encodeBundle } from "./views/run-bundle.js";
export { encodeManifestView } from "./views/table-manifest.js";
export { withoutColumns } from "./without-columns.js";

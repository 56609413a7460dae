/** The tensors, metadata and files of runs: in the same commits as their tables. Knows of no backend. */
export type { CastOptions } from "./cast.js";
export type { CommitOptions } from "./commit-tensors.js";
export { CommittedRun, viewOf } from "./committed-run.js";
export type { BatchStat } from "./list-tensors.js";
export { type LoaderCursor, type LoaderOptions, type MiniBatch, TensorLoader } from "./loader.js";
export { type MatrixOptions, type RowOptions, TensorMatrix } from "./matrix.js";
export { type PlainEntry, type PlainFiles, PlainRun } from "./plain-run.js";
export type { DetectorMetadata, RunDetectorMetadata } from "./read-batches.js";
export type { RunReader } from "./run-reader.js";
export {
  type AtVersion,
  getBatch,
  getFile,
  putBatch,
  RunTensors,
  type StoredFile,
} from "./run-tensors.js";
export {
  type FileInput,
  stageBatchRemoval,
  stageDetectors,
  stageFile,
  stageLayers,
  stageMetadata,
} from "./stage-tensors.js";
export type { ReadTensorOptions, TensorStat } from "./tensor-file.js";
export type {
  AnyTensorInput,
  Batch,
  BatchInput,
  Json,
  JsonObject,
  Layers,
  LayersInput,
} from "./tensor-input.js";
export {
  type RunSource,
  TensorStore,
  type TensorStoreOptions,
} from "./tensor-store.js";
export type { VerifyProblem, VerifyReport } from "./verify.js";

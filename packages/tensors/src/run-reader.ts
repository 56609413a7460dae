/** One run at one version, as far as tensors need it: committed, or a plain directory. */
import type { TensorFile } from "./tensor-file.js";

/** Tensor files by layer and key, both in byte order. */
export type LayerFiles = ReadonlyMap<string, ReadonlyMap<string, TensorFile>>;

/** The directory form of a batch. */
export interface LayersForm {
  /** Bytes of its JSON; undefined when it has none. */
  metadata(): Promise<Uint8Array | undefined>;
  readonly files: LayerFiles;
}

/** One entry of the run-wide detectors. */
export interface DetectorsEntry {
  readonly index: number;
  /** Its metadata, with the original's own members. */
  metadata(): Promise<unknown>;
  /** Tensors by layer and key: the file and the name in it. */
  readonly tensors: () => Promise<
    ReadonlyMap<string, ReadonlyMap<string, { readonly file: TensorFile; readonly name: string }>>
  >;
}

export interface RunReader {
  readonly runId: string;
  /** Ascending, each once, of both forms. */
  indexes(): Promise<readonly number[]>;
  batch(index: number): Promise<TensorFile | undefined>;
  layers(index: number): Promise<LayersForm | undefined>;
  /** Bytes of the run's metadata. */
  metadata(): Promise<Uint8Array | undefined>;
  /** In the order in which they were added. */
  detectors(): Promise<readonly DetectorsEntry[]>;
  close(): Promise<void>;
}

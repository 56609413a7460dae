/** A transaction over all that a run holds: tables, batches of tensors, metadata, files. */
import { formatFileName } from "@crv/core";
import { type Descriptors, Transaction, type TransactionParts } from "@crv/io";
import type { StagedStorage } from "@crv/storage-trait";
import {
  type Batch,
  type BatchInput,
  type CastOptions,
  CommittedRun,
  type FileInput,
  getBatch,
  getFile,
  type Json,
  type JsonObject,
  type Layers,
  type LayersInput,
  putBatch,
  type ReadTensorOptions,
  stageBatchRemoval,
  stageDetectors,
  stageFile,
  stageLayers,
  stageMetadata,
  viewOf,
} from "@crv/tensors";

export class RunTransaction<Tables extends Descriptors = readonly []> extends Transaction<Tables> {
  readonly #storage: StagedStorage;

  /** Made by `run.transaction`. */
  constructor(...parts: TransactionParts) {
    super(...parts);
    this.#storage = parts[0].storage;
  }

  /**
   * Writes a batch whole: tensors by name, a list of them, or tensors by layer and key. If another writer
   * wrote the same batch meanwhile, the commit is a conflict; other batches are in nobody's way.
   *
   * @throws IoSchemaError `INVALID_ARGUMENT`. GrammarError `INVALID_NAME`.
   */
  async putBatch(
    index: number,
    input: BatchInput | LayersInput,
    options: CastOptions = {},
  ): Promise<void> {
    await this.stageBeside((operation) => putBatch(operation, index, input, options));
  }

  /** As {@link putBatch} of tensors by layer and key, with metadata. */
  async putLayers(
    index: number,
    layers: LayersInput,
    metadata: JsonObject = {},
    options: CastOptions = {},
  ): Promise<void> {
    await this.stageBeside((operation) => stageLayers(operation, index, layers, metadata, options));
  }

  /** Removes both forms of a batch. */
  deleteBatch(index: number): Promise<void> {
    return this.stageBeside((operation) => stageBatchRemoval(operation, index));
  }

  /**
   * As it was put, here or before. The batch joins the read set.
   *
   * @throws IoError `NOT_FOUND`, `CORRUPT`.
   */
  getBatch(index: number, options: ReadTensorOptions = {}): Promise<Batch | Layers> {
    return this.stageBeside((operation) =>
      getBatch(new CommittedRun(this.#storage, viewOf(operation)), index, options),
    );
  }

  /** Metadata of the run, replaced whole. */
  async putMetadata(value: Json): Promise<void> {
    await this.stageBeside((operation) => stageMetadata(operation, value));
  }

  /** Adds an entry to the run-wide detectors. @returns its index. */
  async appendDetectors(metadata: JsonObject, layers: LayersInput): Promise<number> {
    const staged = await this.stageBeside((operation) =>
      stageDetectors(operation, metadata, layers),
    );
    return staged.index;
  }

  /** Any file of the run, under a relative path: a configuration, a picture, weights. */
  async putFile(path: string, content: FileInput): Promise<void> {
    await this.stageBeside((operation) => stageFile(operation, path, content));
  }

  /** As it was put, here or before. The file joins the read set. @throws IoError `NOT_FOUND`. */
  getFile(path: string): Promise<Uint8Array> {
    return this.stageBeside((operation) => getFile(this.#storage, viewOf(operation), path));
  }

  deleteFile(path: string): Promise<void> {
    return this.stageBeside((operation) => operation.removeArtifact(formatFileName(path)));
  }
}

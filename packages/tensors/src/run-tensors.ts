/** The tensors, metadata and files of one run. Each write is a commit of its own. */
import {
  type Artifact,
  CONTENT_MEMBER,
  describeArtifactName,
  formatFileName,
  IoError,
  type Version,
} from "@crv/core";
import type { Tensor } from "@crv/safetensors";
import type { StagedOperation, StagedStorage } from "@crv/storage-trait";
import type { CastOptions } from "./cast.js";
import { type CommitOptions, commitTensors } from "./commit-tensors.js";
import { type ArtifactView, CommittedRun, viewOf } from "./committed-run.js";
import { stageCompactDetectors } from "./compact-detectors.js";
import { type BatchStat, listKeys, listLayers, statBatch } from "./list-tensors.js";
import { type MatrixOptions, TensorMatrix } from "./matrix.js";
import {
  type DetectorMetadata,
  findLayerTensor,
  iterateDetectors,
  noBatch,
  type RunDetectorMetadata,
  readBatch,
  readDetectorMetadata,
  readLayers,
  readRunMetadata,
} from "./read-batches.js";
import type { RunReader } from "./run-reader.js";
import {
  type FileInput,
  type StageOptions,
  stageBatch,
  stageBatchRemoval,
  stageDetectors,
  stageFile,
  stageLayers,
  stageMetadata,
  stageTensorsRemoval,
  TENSOR_NAME,
} from "./stage-tensors.js";
import { type ReadTensorOptions, TensorFile } from "./tensor-file.js";
import {
  type AnyTensorInput,
  type Batch,
  type BatchInput,
  entriesOf,
  isLayers,
  type Json,
  type JsonObject,
  type Layers,
  type LayersInput,
} from "./tensor-input.js";
import { tensorMember } from "./tensor-member.js";
import { type VerifyReport, verifyArtifacts } from "./verify.js";

/** Of which version something is read; default: the newest. */
export interface AtVersion {
  readonly version?: Version;
}

export interface StoredFile {
  readonly path: string;
  readonly bytes: number;
  /** Version of the run that wrote it. */
  readonly version: Version;
}

export class RunTensors {
  readonly #storage: StagedStorage;

  /** Made by `run.tensors`. */
  constructor(storage: StagedStorage) {
    this.#storage = storage;
  }

  /**
   * Writes a batch whole: tensors by name, a list of them, or tensors by layer and key. It replaces the
   * batch's tensors or its layers, whichever it gives: both may stand side by side. Old versions keep
   * what was.
   *
   * @throws IoSchemaError `INVALID_ARGUMENT`. GrammarError `INVALID_NAME`. ConflictError when another
   *   writer wrote the same batch meanwhile; UnknownOutcomeError.
   */
  async putBatch(
    index: number,
    input: BatchInput | LayersInput,
    options: CommitOptions & CastOptions = {},
  ): Promise<Version> {
    return this.#commit(`batch ${index}`, (tx) => putBatch(tx, index, input, options), options);
  }

  /** As {@link putBatch} of tensors by layer and key, with metadata. */
  async putLayers(
    index: number,
    layers: LayersInput,
    metadata: JsonObject = {},
    options: CommitOptions & CastOptions = {},
  ): Promise<Version> {
    return this.#commit(
      `batch ${index}`,
      (tx) => stageLayers(tx, index, layers, metadata, options),
      options,
    );
  }

  /** As it was put. @throws IoError `NOT_FOUND`, `CORRUPT`, `ABORTED`. */
  async getBatch(
    index: number,
    options: ReadTensorOptions & AtVersion = {},
  ): Promise<Batch | Layers> {
    return this.read((run) => getBatch(run, index, options), options);
  }

  /** As the original resolves it: of layers, their `activations`. */
  async getActivations(index: number, options: ReadTensorOptions & AtVersion = {}): Promise<Batch> {
    return this.read((run) => readBatch(run, index, options), options);
  }

  /** Metadata of a batch of layers, and its tensors; both empty when it has none. */
  async getLayers(
    index: number,
    options: ReadTensorOptions & AtVersion = {},
  ): Promise<DetectorMetadata> {
    return this.read((run) => readDetectorMetadata(run, index, options), options);
  }

  /** Ascending. */
  async listBatches(options: AtVersion = {}): Promise<readonly number[]> {
    return this.read((run) => run.indexes(), options);
  }

  /** Layers of any batch, in byte order. */
  async listLayers(options: AtVersion = {}): Promise<readonly string[]> {
    return this.read(listLayers, options);
  }

  /** Keys of one layer, of any batch, in byte order. */
  async listKeys(layer: string, options: AtVersion = {}): Promise<readonly string[]> {
    return this.read((run) => listKeys(run, layer), options);
  }

  /** What a batch holds, without reading data. @throws IoError `NOT_FOUND`. */
  async stat(index: number, options: AtVersion = {}): Promise<readonly BatchStat[]> {
    return this.read((run) => statBatch(run, index), options);
  }

  /** One tensor of a layer and key. @throws IoError `NOT_FOUND`: never that of another layer. */
  async getTensor(
    index: number,
    layer: string,
    key: string,
    options: ReadTensorOptions & AtVersion = {},
  ) {
    return this.read(async (run) => {
      const { file, name } = await findLayerTensor(run, index, layer, key);
      return file.tensor(name, options);
    }, options);
  }

  /**
   * The rows of one layer and key of all batches as one matrix. It stays at its version until it is
   * closed.
   */
  async matrix(layer: string, options: MatrixOptions & AtVersion = {}): Promise<TensorMatrix> {
    return TensorMatrix.open(await this.open(options), layer, options);
  }

  /** Removes both forms of a batch; of one that is not there nothing is done. */
  async deleteBatch(index: number, options?: CommitOptions): Promise<Version> {
    return this.#commit(`batch ${index}`, (tx) => stageBatchRemoval(tx, index), options);
  }

  /** Removes all batches, detectors and metadata. Files and tables stay, and so do old versions. */
  async deleteAll(options?: CommitOptions): Promise<Version> {
    return this.#commit("the tensors", stageTensorsRemoval, options);
  }

  async putMetadata(value: Json, options?: CommitOptions): Promise<Version> {
    return this.#commit("the metadata", (tx) => stageMetadata(tx, value), options);
  }

  /** `{}` when there is none. */
  async getMetadata(options: AtVersion = {}): Promise<Json> {
    return this.read(readRunMetadata, options);
  }

  /** Adds an entry to the run-wide detectors. @returns its index. */
  async appendDetectors(
    metadata: JsonObject,
    layers: LayersInput,
    options: CommitOptions = {},
  ): Promise<number> {
    const what = "an entry of the detectors";
    const stage = (tx: StagedOperation) => stageDetectors(tx, metadata, layers);
    const { result } = await commitTensors(this.#storage, what, stage, options, true);
    return result.index;
  }

  /** Every entry of the detectors, in order, one at a time. */
  async *iterateDetectors(
    options: ReadTensorOptions & AtVersion = {},
  ): AsyncGenerator<RunDetectorMetadata, undefined> {
    const run = await this.open(options);
    try {
      yield* iterateDetectors(run, options);
    } finally {
      await run.close();
    }
  }

  /** Writes all entries of the detectors in the original's form, which its readers know. */
  async compactDetectors(options?: CommitOptions): Promise<Version> {
    return this.#commit(
      "the detectors",
      async (tx) => {
        const run = new CommittedRun(this.#storage, viewOf(tx));
        await stageCompactDetectors(tx, run);
      },
      options,
    );
  }

  async putFile(path: string, content: FileInput, options?: CommitOptions): Promise<Version> {
    return this.#commit(
      `file ${path}`,
      (tx) => stageFile(tx, path, content, options?.signal),
      options,
    );
  }

  /** @throws IoError `NOT_FOUND`, `LIMIT_EXCEEDED` for more than an array may hold. */
  async getFile(path: string, options: AtVersion = {}): Promise<Uint8Array> {
    await using snapshot = await this.#storage.snapshot(options);
    return getFile(this.#storage, viewOf({ storage: this.#storage, snapshot }), path);
  }

  /** In byte order of path. */
  async listFiles(options: AtVersion = {}): Promise<readonly StoredFile[]> {
    await using snapshot = await this.#storage.snapshot(options);
    return [...this.#storage.artifacts(snapshot, "files/")].flatMap((artifact) => {
      const parsed = describeArtifactName(artifact.name);
      const bytes = artifact.members[0]?.bytes ?? 0;
      return parsed.kind === "file"
        ? [{ path: parsed.path, bytes, version: artifact.version }]
        : [];
    });
  }

  /** One tensor as a file of its own, under a relative path. */
  async putTensorFile(
    path: string,
    tensor: AnyTensorInput,
    options?: CommitOptions,
  ): Promise<Version> {
    const member = tensorMember(path, CONTENT_MEMBER, entriesOf(path, { [TENSOR_NAME]: tensor }));
    return this.#commit(
      `file ${path}`,
      (tx) => tx.stageArtifact(formatFileName(path), [member]),
      options,
    );
  }

  /** @throws IoError `NOT_FOUND`; `CORRUPT` for a file that holds no tensor. */
  async getTensorFile(path: string, options: ReadTensorOptions & AtVersion = {}): Promise<Tensor> {
    await using snapshot = await this.#storage.snapshot(options);
    const storage = this.#storage;
    const [member] = storage.artifact(snapshot, formatFileName(path))?.members ?? [];
    if (member === undefined) throw noFile(storage, path);
    const file = new TensorFile({
      what: `file ${path} of run ${storage.runId}`,
      bytes: member.bytes,
      ...(member.tensors && { tensors: member.tensors }),
      read: (start, end) => storage.readMember(member, { start, end }),
    });
    return file.tensor(TENSOR_NAME, options);
  }

  async deleteFile(path: string, options?: CommitOptions): Promise<Version> {
    const name = formatFileName(path);
    return this.#commit(`file ${path}`, (tx) => tx.removeArtifact(name), options);
  }

  /** Reads every byte of every artifact and checks size, digest and the CRC-32 of each tensor. */
  async verify(options: AtVersion & { readonly signal?: AbortSignal } = {}): Promise<VerifyReport> {
    await using snapshot = await this.#storage.snapshot(options);
    return verifyArtifacts(this.#storage, this.#storage.artifacts(snapshot), options.signal);
  }

  /** A reader that stays at one version until it is closed. */
  async open({ version }: AtVersion = {}): Promise<RunReader> {
    const snapshot = await this.#storage.snapshot(version === undefined ? {} : { version });
    const storage = this.#storage;
    return new CommittedRun(storage, viewOf({ storage, snapshot }), () => snapshot.close());
  }

  protected async read<T>(use: (run: RunReader) => Promise<T>, at: AtVersion): Promise<T> {
    const run = await this.open(at.version === undefined ? {} : { version: at.version });
    try {
      return await use(run);
    } finally {
      await run.close();
    }
  }

  async #commit(
    what: string,
    stage: (operation: StagedOperation) => Promise<unknown>,
    options?: CommitOptions,
  ): Promise<Version> {
    return (await commitTensors(this.#storage, what, stage, options)).version;
  }
}

/** Layers when it is a mapping of mappings; else a batch of the file form. */
export async function putBatch(
  operation: StagedOperation,
  index: number,
  input: BatchInput | LayersInput,
  options: StageOptions = {},
): Promise<Artifact> {
  return isLayers(input)
    ? stageLayers(operation, index, input, {}, options)
    : stageBatch(operation, index, input, options);
}

/** As it was put. @throws IoError `NOT_FOUND`. */
export async function getBatch(
  run: RunReader,
  index: number,
  options: ReadTensorOptions = {},
): Promise<Batch | Layers> {
  if (await run.batch(index)) return readBatch(run, index, options);
  const form = await run.layers(index);
  if (form) return readLayers(form, options);
  throw noBatch(run, index);
}

/** @throws IoError `NOT_FOUND`. */
export async function getFile(
  storage: StagedStorage,
  view: ArtifactView,
  path: string,
): Promise<Uint8Array> {
  const [member] = view.artifact(formatFileName(path))?.members ?? [];
  if (member?.name === CONTENT_MEMBER) return storage.readMember(member);
  throw noFile(storage, path);
}

function noFile(storage: StagedStorage, path: string): IoError {
  return new IoError("NOT_FOUND", `run ${storage.runId} has no file "${path}"`, {
    details: { runId: storage.runId, path },
  });
}

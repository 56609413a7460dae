/**
 * The store API of the original, over many runs: the same calls, values and answers for what is absent.
 * Its ValueError is `INVALID_ARGUMENT`, FileNotFoundError `NOT_FOUND`, JSONDecodeError `CORRUPT`, OSError
 * `IO`. Wrong arguments are told before anything is awaited from a generator.
 */
import { formatLayerMember, IoError, parseRunId, show } from "@crv/core";
import type { Tensor } from "@crv/safetensors";
import type { StagedStorage } from "@crv/storage-trait";
import { rangeOf } from "./batch-range.js";
import type { CastOptions } from "./cast.js";
import { CommittedRun, viewOf } from "./committed-run.js";
import { type BatchStat, listKeys, listLayers, statBatch } from "./list-tensors.js";
import { type MatrixOptions, TensorMatrix } from "./matrix.js";
import {
  type DetectorMetadata,
  findLayerTensor,
  iterateDetectors,
  type RunDetectorMetadata,
  readBatch,
  readDetectorMetadata,
  readRunMetadata,
} from "./read-batches.js";
import type { RunReader } from "./run-reader.js";
import { RunTensors } from "./run-tensors.js";
import { argumentError } from "./tensor-errors.js";
import type { ReadTensorOptions } from "./tensor-file.js";
import {
  type AnyTensorInput,
  type Batch,
  type BatchInput,
  isLayers,
  type Json,
  type JsonObject,
  type LayersInput,
} from "./tensor-input.js";

/** How a store opens its runs. */
export interface RunSource {
  /** Ids of all runs, in byte order. */
  list(): Promise<readonly string[]>;
  /** Undefined when there is no such run. */
  read(
    runId: string,
  ): Promise<
    | { readonly kind: "committed"; readonly storage: StagedStorage }
    | { readonly kind: "plain"; readonly run: RunReader }
    | undefined
  >;
  /** Makes the run when it is missing. @throws IoError `READ_ONLY` for a plain one. */
  write(runId: string): Promise<StagedStorage>;
  close(): Promise<void>;
}

export interface TensorStoreOptions {
  /** In keys that are returned. Default `runs`. */
  readonly runsPrefix?: string;
}

export interface RangeOptions extends ReadTensorOptions {
  readonly start?: number;
  /** Exclusive; default: after the last. */
  readonly stop?: number;
  readonly step?: number;
}

export class TensorStore implements AsyncDisposable {
  readonly runsPrefix: string;
  readonly #source: RunSource;

  constructor(source: RunSource, { runsPrefix = "runs" }: TensorStoreOptions = {}) {
    this.#source = source;
    this.runsPrefix = runsPrefix;
  }

  /**
   * Replaces the batch's tensors.
   *
   * @returns the key of the batch's view.
   * @throws IoSchemaError `INVALID_ARGUMENT`. GrammarError `INVALID_NAME`. ConflictError when another
   *   writer wrote the same batch meanwhile; UnknownOutcomeError.
   */
  async putRunBatch(
    runId: string,
    index: number,
    batch: BatchInput,
    options: CastOptions = {},
  ): Promise<string> {
    const tensors = asBatch(batch);
    await this.#write(runId, (run) => run.putBatch(index, tensors, options));
    return `${this.runsPrefix}/${runId}/batch_${String(index).padStart(6, "0")}.safetensors`;
  }

  /** @throws IoError `NOT_FOUND`. */
  async getRunBatch(runId: string, index: number, options: ReadTensorOptions = {}): Promise<Batch> {
    const found = await this.#read(runId, async (run) => ({
      batch: await readBatch(run, index, options),
    }));
    if (found) return found.batch;
    throw noRun(runId);
  }

  /** Ascending; none when the run is absent. */
  async listRunBatches(runId: string): Promise<readonly number[]> {
    return (await this.#read(runId, (run) => run.indexes())) ?? [];
  }

  /** Every batch, ascending, one at a time; which there are is looked up once. */
  iterRunBatches(runId: string, options: ReadTensorOptions = {}): AsyncGenerator<Batch, undefined> {
    checkRunId(runId);
    return this.#generate(runId, async function* (run) {
      for (const index of await run.indexes()) yield await readBatch(run, index, options);
    });
  }

  /**
   * Batches `start`, `start + step`, … before `stop`, without those that are not there, or have no
   * activations.
   *
   * @throws IoError `INVALID_ARGUMENT` for a step of 0 or a negative start, at once.
   */
  iterRunBatchRange(runId: string, options: RangeOptions = {}): AsyncGenerator<Batch, undefined> {
    const { start = 0, stop, step = 1 } = options;
    checkRunId(runId);
    if (!Number.isSafeInteger(step) || step === 0) {
      throw invalid(`step must be a whole number other than 0 (got: ${show(step)})`);
    }
    if (!Number.isSafeInteger(start) || start < 0) {
      throw invalid(`start must be a whole number of at least 0 (got: ${show(start)})`);
    }
    if (stop !== undefined && !Number.isSafeInteger(stop)) {
      throw invalid(`stop must be a whole number (got: ${show(stop)})`);
    }
    return this.#generate(runId, async function* (run) {
      for (const index of rangeOf(await run.indexes(), start, stop, step)) {
        const batch = await unlessAbsent(readBatch(run, index, options));
        if (batch) yield batch;
      }
    });
  }

  /** @returns the key of the metadata's view. */
  async putRunMetadata(runId: string, metadata: Json): Promise<string> {
    await this.#write(runId, (run) => run.putMetadata(metadata));
    return `${this.runsPrefix}/${runId}/meta.json`;
  }

  /** `{}` when there is none. */
  async getRunMetadata(runId: string): Promise<Json> {
    const found = await this.#read(runId, async (run) => ({ value: await readRunMetadata(run) }));
    return found ? found.value : {};
  }

  /** @returns the key of the batch's directory. */
  async putDetectorMetadata(
    runId: string,
    index: number,
    metadata: JsonObject,
    tensors: LayersInput,
    options: CastOptions = {},
  ): Promise<string> {
    await this.#write(runId, (run) => run.putLayers(index, tensors, metadata, options));
    return `${this.runsPrefix}/${runId}/batch_${index}`;
  }

  /** Both empty when the batch has none. */
  async getDetectorMetadata(
    runId: string,
    index: number,
    options: ReadTensorOptions = {},
  ): Promise<DetectorMetadata> {
    checkIndex(index);
    const none = { metadata: {}, tensors: {} };
    return (await this.#read(runId, (run) => readDetectorMetadata(run, index, options))) ?? none;
  }

  /** @throws IoError `NOT_FOUND`: never the tensor of another layer. */
  async getDetectorMetadataByLayerByKey(
    runId: string,
    index: number,
    layer: string,
    key: string,
    options: ReadTensorOptions = {},
  ): Promise<Tensor> {
    checkIndex(index);
    for (const [what, name] of [
      ["layer", layer],
      ["key", key],
    ] as const) {
      if (typeof name !== "string" || name.trim() === "") {
        throw invalid(`${what} must be a text that is not blank (got: ${show(name)})`);
      }
    }
    const tensor = await this.#read(runId, async (run) => {
      formatLayerMember(layer, key);
      const { file, name } = await findLayerTensor(run, index, layer, key);
      return file.tensor(name, options);
    });
    if (tensor) return tensor;
    throw noRun(runId);
  }

  /** Adds an entry to the run-wide detectors. @returns the key of their directory. */
  async putRunDetectorMetadata(
    runId: string,
    metadata: JsonObject,
    tensors: LayersInput,
  ): Promise<string> {
    await this.#write(runId, (run) => run.appendDetectors(metadata, tensors));
    return `${this.runsPrefix}/${runId}/detectors`;
  }

  /** How many entries the run-wide detectors have. */
  async countRunDetectorMetadata(runId: string): Promise<number> {
    return (await this.#read(runId, async (run) => (await run.detectors()).length)) ?? 0;
  }

  /** Every entry of the run-wide detectors, in order, one at a time; none when the run is absent. */
  iterRunDetectorMetadata(
    runId: string,
    options: ReadTensorOptions = {},
  ): AsyncGenerator<RunDetectorMetadata, undefined> {
    checkRunId(runId);
    return this.#generate(runId, (run) => iterateDetectors(run, options));
  }

  /** Removes both forms of a batch. Absent: nothing is done. */
  async deleteRunBatch(runId: string, index: number): Promise<void> {
    checkIndex(index);
    if (await this.#isThere(runId)) await this.#write(runId, (run) => run.deleteBatch(index));
  }

  /** Removes all tensors and metadata of a run; its tables and files stay. Absent: nothing is done. */
  async deleteRun(runId: string): Promise<void> {
    if (await this.#isThere(runId)) await this.#write(runId, (run) => run.deleteAll());
  }

  /** One tensor of a run under a path of its own. */
  async putTensor(runId: string, path: string, tensor: AnyTensorInput): Promise<void> {
    await this.#write(runId, (run) => run.putTensorFile(path, tensor));
  }

  /** @throws IoError `NOT_FOUND`. */
  async getTensor(runId: string, path: string, options: ReadTensorOptions = {}): Promise<Tensor> {
    checkRunId(runId);
    const found = await this.#source.read(runId);
    if (found?.kind === "committed") {
      try {
        return await new RunTensors(found.storage).getTensorFile(path, options);
      } catch (error) {
        throw argumentError(error);
      }
    }
    await found?.run.close();
    throw new IoError("NOT_FOUND", `run ${runId} has no file ${show(path)}`, {
      details: { runId, path },
    });
  }

  /** In byte order. */
  listRuns(): Promise<readonly string[]> {
    return this.#source.list();
  }

  /** Layers of any batch, in byte order; none when the run is absent. */
  async listLayers(runId: string): Promise<readonly string[]> {
    return (await this.#read(runId, listLayers)) ?? [];
  }

  /** Keys of one layer, of any batch, in byte order. */
  async listKeys(runId: string, layer: string): Promise<readonly string[]> {
    return (await this.#read(runId, (run) => listKeys(run, layer))) ?? [];
  }

  /** What a batch holds, without reading data. @throws IoError `NOT_FOUND`. */
  async stat(runId: string, index: number): Promise<readonly BatchStat[]> {
    checkIndex(index);
    const stats = await this.#read(runId, (run) => statBatch(run, index));
    if (stats) return stats;
    throw noRun(runId);
  }

  /** The rows of one layer and key of all batches as one matrix; to be closed. @throws as {@link open}. */
  async matrix(runId: string, layer: string, options: MatrixOptions = {}): Promise<TensorMatrix> {
    return TensorMatrix.open(await this.open(runId), layer, options);
  }

  /** A reader of one run at its newest version. @throws IoError `NOT_FOUND`. */
  async open(runId: string): Promise<RunReader> {
    checkRunId(runId);
    const found = await this.#open(runId);
    if (found) return found;
    throw noRun(runId);
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#generate<T>(
    runId: string,
    items: (run: RunReader) => AsyncIterable<T>,
  ): AsyncGenerator<T, undefined> {
    const run = await this.#open(runId);
    if (run === undefined) return;
    try {
      yield* items(run);
    } catch (error) {
      throw argumentError(error);
    } finally {
      await run.close();
    }
  }

  async #read<T>(runId: string, use: (run: RunReader) => Promise<T>): Promise<T | undefined> {
    checkRunId(runId);
    const run = await this.#open(runId);
    if (run === undefined) return undefined;
    try {
      return await use(run);
    } catch (error) {
      throw argumentError(error);
    } finally {
      await run.close();
    }
  }

  async #isThere(runId: string): Promise<boolean> {
    checkRunId(runId);
    const found = await this.#source.read(runId);
    if (found?.kind === "plain") await found.run.close();
    return found !== undefined;
  }

  async #open(runId: string): Promise<RunReader | undefined> {
    const found = await this.#source.read(runId);
    if (found?.kind !== "committed") return found?.run;
    const { storage } = found;
    const snapshot = await storage.snapshot();
    return new CommittedRun(storage, viewOf({ storage, snapshot }), () => snapshot.close());
  }

  async #write<T>(runId: string, write: (run: RunTensors) => Promise<T>): Promise<T> {
    checkRunId(runId);
    try {
      return await write(new RunTensors(await this.#source.write(runId)));
    } catch (error) {
      throw argumentError(error);
    }
  }
}

/** As the range of the original, which goes on after a batch that it does not find. */
async function unlessAbsent(batch: Promise<Batch>): Promise<Batch | undefined> {
  try {
    return await batch;
  } catch (error) {
    if (error instanceof IoError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

/** Layers are no batch here: their key would be that of a file that there is not. */
function asBatch(batch: BatchInput): BatchInput {
  const isMapping = typeof batch === "object" && batch !== null && !ArrayBuffer.isView(batch);
  if (isMapping && !isLayers(batch)) return batch;
  throw invalid(`a batch must be a list or an object of tensors (got: ${show(batch)})`);
}

function checkRunId(runId: unknown): void {
  try {
    parseRunId(runId);
  } catch (error) {
    throw argumentError(error);
  }
}

function checkIndex(index: unknown): void {
  if (Number.isSafeInteger(index) && (index as number) >= 0) return;
  throw invalid(`a batch index must be a whole number of at least 0 (got: ${show(index)})`);
}

function noRun(runId: string): IoError {
  return new IoError("NOT_FOUND", `there is no run ${runId}`, { details: { runId } });
}

function invalid(message: string): IoError {
  return new IoError("INVALID_ARGUMENT", message);
}

/** The tensors of many shards as if they were in one file. */
import { compareCodePoints } from "../code-points.js";
import { SafetensorsError } from "../errors.js";
import type { TensorInfo } from "../header/header.js";
import type { ReadOptions } from "../range-reader.js";
import type { GatherOptions } from "../read-ranges.js";
import type { RowBatch, SafetensorsReader, StreamOptions } from "../safetensors-reader.js";
import type { Selection } from "../slice.js";
import type { Tensor } from "../tensor.js";
import type { ShardIndex } from "./shard-index.js";

/** Opens the shard of a name that `checkShardName` has passed. */
export type OpenShard = (shard: string) => Promise<SafetensorsReader>;

/** Opens each shard when a tensor of it is first asked for, and once. */
export class ShardedReader {
  readonly index: ShardIndex;
  readonly #openShard: OpenShard;
  readonly #shards = new Map<string, Promise<SafetensorsReader>>();

  constructor(index: ShardIndex, openShard: OpenShard) {
    this.index = index;
    this.#openShard = openShard;
  }

  /** Names of all tensors, sorted by code point. */
  names(): string[] {
    return [...this.index.shardByTensor.keys()].sort(compareCodePoints);
  }

  /**
   * The open shard that has a tensor. A shard that could not be opened is tried again by the next call.
   *
   * @throws SafetensorsError `TENSOR_NOT_FOUND` - not in the index, or not in its shard; and what
   *   opening the shard throws
   */
  async shardOf(name: string): Promise<SafetensorsReader> {
    const shard = this.index.shardByTensor.get(name);
    if (shard === undefined) {
      throw new SafetensorsError(
        "TENSOR_NOT_FOUND",
        `the index has no tensor ${JSON.stringify(name)}`,
        { tensor: name },
      );
    }
    const reader = await this.#open(shard);
    if (reader.tensors.has(name)) return reader;
    throw new SafetensorsError(
      "TENSOR_NOT_FOUND",
      `the index says that tensor ${JSON.stringify(name)} is in ${shard}, which does not have it`,
      { tensor: name, shard },
    );
  }

  /** As `SafetensorsReader.info`. */
  async info(name: string): Promise<TensorInfo> {
    return (await this.shardOf(name)).info(name);
  }

  /** As `SafetensorsReader.tensor`. */
  async tensor(name: string, options: ReadOptions = {}): Promise<Tensor> {
    return (await this.shardOf(name)).tensor(name, options);
  }

  /** As `SafetensorsReader.slice`. */
  async slice(name: string, selection: Selection, options: GatherOptions = {}): Promise<Tensor> {
    return (await this.shardOf(name)).slice(name, selection, options);
  }

  /** As `SafetensorsReader.rows`. */
  async rows(name: string, begin: number, end: number, options: ReadOptions = {}): Promise<Tensor> {
    return (await this.shardOf(name)).rows(name, begin, end, options);
  }

  /** As `SafetensorsReader.stream`. */
  async *stream(name: string, options: StreamOptions = {}): AsyncGenerator<Uint8Array> {
    yield* (await this.shardOf(name)).stream(name, options);
  }

  /** As `SafetensorsReader.rowBatches`. */
  async *rowBatches(name: string, options: StreamOptions = {}): AsyncGenerator<RowBatch> {
    yield* (await this.shardOf(name)).rowBatches(name, options);
  }

  async #open(shard: string): Promise<SafetensorsReader> {
    const open = this.#shards.get(shard) ?? this.#openShard(shard);
    this.#shards.set(shard, open);
    try {
      return await open;
    } catch (error) {
      if (this.#shards.get(shard) === open) this.#shards.delete(shard);
      throw error;
    }
  }
}

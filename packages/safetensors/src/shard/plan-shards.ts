/** How tensors are divided over files. Source: docs/format/safetensors.md, "Shards". */
import { SafetensorsError } from "../errors.js";
import type { TensorSpec } from "../header/encode-header.js";
import { SHARDS_MAX } from "../limits.js";
import { extentOf } from "../shape.js";
import type { ShardIndex } from "./shard-index.js";
import { checkShardName, shardName } from "./shard-name.js";

/** Data of a shard, as huggingface_hub has it: 5 GB, decimal. */
const SHARD_BYTES = 5_000_000_000;

export interface ShardOptions {
  /** Most bytes of data in one shard, 5,000,000,000 by default. A larger tensor has a shard of its own. */
  readonly shardBytesMax?: number;
  /** What the file names begin with, `model` by default. */
  readonly base?: string;
}

export interface ShardPlan {
  /** Names of tensors, by name of the file. */
  readonly shards: ReadonlyMap<string, readonly string[]>;
  readonly index: ShardIndex;
}

/**
 * Divides tensors in the order given: each goes into the shard at hand while that does not grow too
 * large, as huggingface_hub does.
 *
 * @throws SafetensorsError `DUPLICATE_NAME`, `INVALID_ARGUMENT`, `INVALID_NAME`, `LIMIT_EXCEEDED`, `OVERFLOW`, `MISALIGNED`
 */
export function planShards(
  tensors: Iterable<TensorSpec>,
  { shardBytesMax = SHARD_BYTES, base = "model" }: ShardOptions = {},
): ShardPlan {
  if (!(shardBytesMax > 0)) {
    throw new SafetensorsError(
      "INVALID_ARGUMENT",
      `shardBytesMax is ${shardBytesMax}: it must be a number above 0`,
      { shardBytesMax },
    );
  }
  const groups: string[][] = [];
  let group: string[] = [];
  let groupBytes = 0;
  let totalByteLength = 0;
  const seen = new Set<string>();
  for (const { name, dtype, shape } of tensors) {
    if (seen.has(name)) {
      throw new SafetensorsError(
        "DUPLICATE_NAME",
        `tensor ${JSON.stringify(name)} is given twice`,
        {
          tensor: name,
        },
      );
    }
    seen.add(name);
    const { byteLength } = extentOf(name, dtype, shape);
    totalByteLength += byteLength;
    if (byteLength > shardBytesMax) {
      groups.push([name]);
      continue;
    }
    if (groupBytes + byteLength > shardBytesMax) {
      groups.push(group);
      group = [];
      groupBytes = 0;
    }
    group.push(name);
    groupBytes += byteLength;
  }
  if (group.length > 0 || groups.length === 0) groups.push(group);
  if (groups.length > SHARDS_MAX) {
    throw new SafetensorsError(
      "LIMIT_EXCEEDED",
      `${groups.length} shards would be needed, at most ${SHARDS_MAX} are allowed: raise shardBytesMax`,
      { shardCount: groups.length, shardCountMax: SHARDS_MAX },
    );
  }
  const shards = new Map(
    groups.map((names, at) => [shardName(base, at + 1, groups.length), names] as const),
  );
  for (const shard of shards.keys()) checkShardName(shard);
  const shardByTensor = new Map(
    [...shards].flatMap(([shard, names]) => names.map((name) => [name, shard] as const)),
  );
  return { shards, index: { totalByteLength, shardByTensor } };
}

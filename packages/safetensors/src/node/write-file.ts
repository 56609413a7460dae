/** Writing files and sharded models by path. */
import { join } from "node:path";
import type { ReadOptions } from "../range-reader.js";
import { planShards, type ShardOptions, type ShardPlan } from "../shard/plan-shards.js";
import { encodeShardIndex } from "../shard/shard-index.js";
import {
  mapOf,
  type Named,
  type StreamedTensorInput,
  streamSafetensors,
  type TensorInput,
  type WriteOptions,
} from "../write.js";
import { replaceFile } from "./replace-file.js";

type AnyInput = TensorInput | StreamedTensorInput;

export interface WriteFileOptions extends WriteOptions, ReadOptions {}

/**
 * Writes a file, whole or not at all: a file that is there is replaced at the end, and is as it was when
 * anything fails.
 *
 * @throws SafetensorsError - any code that docs/format/safetensors.md, "Errors" gives for writing
 * @throws the error of the file system: `ENOENT`, `EACCES`, `ENOSPC`
 */
export async function writeSafetensorsFile(
  path: string,
  tensors: Named<AnyInput>,
  options: WriteFileOptions = {},
): Promise<void> {
  await replaceFile(path, streamSafetensors(tensors, options), options.signal);
}

export interface WriteShardsOptions extends WriteFileOptions, ShardOptions {}

/**
 * Writes a model as shards and an index, `<base>.safetensors.index.json`, which comes last; as one file
 * without an index if one shard holds all. Folders must exist. Shards and an index of an earlier
 * model that have other names are left as they are.
 *
 * @param folder where to
 * @param tensors in the order in which they are divided
 * @returns which tensors are in which file
 * @throws SafetensorsError - any code that docs/format/safetensors.md, "Errors" gives for writing
 */
export async function writeSafetensorsShards(
  folder: string,
  tensors: Named<AnyInput>,
  options: WriteShardsOptions = {},
): Promise<ShardPlan> {
  const byName = mapOf(tensors);
  const specs = [...byName].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const plan = planShards(specs, options);
  for (const [shard, names] of plan.shards) {
    const part = names.map((name) => [name, byName.get(name) as AnyInput] as const);
    await writeSafetensorsFile(join(folder, shard), part, options);
  }
  if (plan.shards.size > 1) {
    const path = join(folder, `${options.base ?? "model"}.safetensors.index.json`);
    await replaceFile(path, onePiece(encodeShardIndex(plan.index)), options.signal);
  }
  return plan;
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

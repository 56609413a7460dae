/** What a run holds of tensors, by name; no data are read. */
import { noBatch } from "./read-batches.js";
import type { RunReader } from "./run-reader.js";
import type { TensorStat } from "./tensor-file.js";

/** A tensor of a batch, without its data. */
export interface BatchStat extends TensorStat {
  /** Undefined in the file form. */
  readonly layer: string | undefined;
  /** Of a layer; else the name of the tensor. */
  readonly key: string;
}

/** Layers of any batch, in byte order. */
export async function listLayers(run: RunReader): Promise<readonly string[]> {
  const layers = new Set<string>();
  for (const index of await run.indexes()) {
    for (const layer of (await run.layers(index))?.files.keys() ?? []) layers.add(layer);
  }
  return [...layers].sort();
}

/** Keys of one layer, of any batch, in byte order. */
export async function listKeys(run: RunReader, layer: string): Promise<readonly string[]> {
  const keys = new Set<string>();
  for (const index of await run.indexes()) {
    for (const key of (await run.layers(index))?.files.get(layer)?.keys() ?? []) keys.add(key);
  }
  return [...keys].sort();
}

/** @throws IoError `NOT_FOUND`. */
export async function statBatch(run: RunReader, index: number): Promise<readonly BatchStat[]> {
  const stats: BatchStat[] = [];
  for (const tensor of (await (await run.batch(index))?.stat()) ?? []) {
    stats.push({ ...tensor, layer: undefined, key: tensor.name });
  }
  for (const [layer, keys] of (await run.layers(index))?.files ?? []) {
    for (const [key, file] of keys) {
      for (const tensor of await file.stat()) stats.push({ ...tensor, layer, key });
    }
  }
  if (stats.length === 0 && !(await run.indexes()).includes(index)) throw noBatch(run, index);
  return stats;
}

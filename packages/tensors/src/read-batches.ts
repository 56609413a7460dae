/** Batches, detectors and metadata of one run, as the original resolves them. */
import { IoError } from "@crv/core";
import type { Tensor } from "@crv/safetensors";
import { missing, namesOf } from "./plain-run.js";
import { decodeJson } from "./python-json.js";
import type { LayersForm, RunReader } from "./run-reader.js";
import { KIND_FIELD, NAMES_FIELD, TENSOR_NAME } from "./stage-tensors.js";
import type { ReadTensorOptions, TensorFile, TensorStat } from "./tensor-file.js";
import type { Batch, Json, JsonObject, Layers } from "./tensor-input.js";

const EMPTY_LIST = "_empty_list";

/** Metadata of a batch or an entry, and its tensors. */
export interface DetectorMetadata {
  readonly metadata: JsonObject;
  readonly tensors: Layers;
}

/** A tensor of a layer and key, and where it is. */
export interface TensorPlace {
  readonly file: TensorFile;
  readonly name: string;
}

/**
 * The file form; else, of the directory form, the tensors `activations` of its layers.
 *
 * @throws IoError `NOT_FOUND` neither is there; `CORRUPT`.
 */
export async function readBatch(
  run: RunReader,
  index: number,
  options: ReadTensorOptions = {},
): Promise<Batch> {
  const file = await run.batch(index);
  if (file) return readBatchFile(file, options);
  const layers = await run.layers(index);
  const found: Record<string, Tensor> = Object.create(null);
  const isAlone = layers?.files.size === 1;
  for (const [layer, keys] of layers?.files ?? []) {
    const activations = keys.get("activations");
    if (activations === undefined) continue;
    const tensor = await activations.tensor(TENSOR_NAME, options);
    found[isAlone ? "activations" : `activations_${layer}`] = tensor;
  }
  if (Object.keys(found).length > 0) return found;
  throw noBatch(run, index);
}

/** What was given, as it was given; of files of the original, as far as their names tell. */
async function readBatchFile(file: TensorFile, options: ReadTensorOptions): Promise<Batch> {
  const stats = await file.stat();
  const tensors = new Map<string, Tensor>();
  let next = readAhead(file, stats[0], options);
  for (const [i, { name }] of stats.entries()) {
    const tensor = next;
    next = readAhead(file, stats[i + 1], options);
    tensors.set(name, (await tensor) as Tensor);
  }
  const isItem = stats.every(({ name }) => /^item_\d+$/.test(name) || name === EMPTY_LIST);
  const kind = isItem && stats.length > 0 ? (await file.metadata()).get(KIND_FIELD) : "dict";
  const list = kind === "dict" ? undefined : asList(tensors);
  return list ?? Object.assign(Object.create(null), Object.fromEntries(tensors));
}

/** One tensor is read while the one before it is checked. */
function readAhead(
  file: TensorFile,
  stat: TensorStat | undefined,
  options: ReadTensorOptions,
): Promise<Tensor> | undefined {
  const tensor = stat && file.tensor(stat.name, options);
  // One that fails is told when its turn comes.
  tensor?.catch(() => undefined);
  return tensor;
}

function asList(tensors: ReadonlyMap<string, Tensor>): readonly Tensor[] | undefined {
  if (tensors.size === 1 && tensors.has(EMPTY_LIST)) return [];
  const numbered = [...tensors].map(([name, tensor]) => [Number(name.slice(5)), tensor] as const);
  const sorted = numbered.sort(([a], [b]) => a - b);
  return sorted.every(([number], i) => number === i) ? sorted.map(([, t]) => t) : undefined;
}

export function noBatch(run: RunReader, index: number): IoError {
  return new IoError("NOT_FOUND", `run ${run.runId} has no batch ${index}`, {
    details: { runId: run.runId, index },
  });
}

/** Empty when the batch has no metadata. A tensor that they promise and that is absent is `CORRUPT`. */
export async function readDetectorMetadata(
  run: RunReader,
  index: number,
  options: ReadTensorOptions = {},
): Promise<DetectorMetadata> {
  const form = await run.layers(index);
  const bytes = await form?.metadata();
  if (form === undefined || bytes === undefined) return { metadata: {}, tensors: {} };
  const what = `metadata of batch ${index} of run ${run.runId}`;
  const json = decodeJson(what, bytes);
  const names = namesOf(what, json);
  const tensors: Record<string, Record<string, Tensor>> = Object.create(null);
  for (const [layer, keys] of Object.entries(names)) {
    const found: Record<string, Tensor> = Object.create(null);
    for (const key of keys) {
      const file = form.files.get(layer)?.get(key);
      if (file === undefined) throw missing(what, `${layer}/${key}`);
      found[key] = await file.tensor(TENSOR_NAME, options);
    }
    tensors[layer] = found;
  }
  return { metadata: withoutNames(json as JsonObject), tensors };
}

/** All layers and keys of a batch that has them, whatever its metadata say. */
export async function readLayers(
  form: LayersForm,
  options: ReadTensorOptions = {},
): Promise<Layers> {
  const layers: Record<string, Record<string, Tensor>> = Object.create(null);
  for (const [layer, keys] of form.files) {
    const found: Record<string, Tensor> = Object.create(null);
    for (const [key, file] of keys) found[key] = await file.tensor(TENSOR_NAME, options);
    layers[layer] = found;
  }
  return layers;
}

/** @throws IoError `NOT_FOUND`: another layer is never taken instead. */
export async function findLayerTensor(
  run: RunReader,
  index: number,
  layer: string,
  key: string,
): Promise<TensorPlace> {
  const file = (await run.layers(index))?.files.get(layer)?.get(key);
  if (file) return { file, name: TENSOR_NAME };
  throw new IoError(
    "NOT_FOUND",
    `run ${run.runId} has no tensor "${key}" of layer "${layer}" in batch ${index}`,
    { details: { runId: run.runId, index, layer, key } },
  );
}

/** One entry of the run-wide detectors. */
export interface RunDetectorMetadata extends DetectorMetadata {
  readonly index: number;
}

export async function* iterateDetectors(
  run: RunReader,
  options: ReadTensorOptions = {},
): AsyncGenerator<RunDetectorMetadata, undefined> {
  for (const entry of await run.detectors()) {
    const layers: Record<string, Record<string, Tensor>> = Object.create(null);
    for (const [layer, keys] of await entry.tensors()) {
      const found: Record<string, Tensor> = Object.create(null);
      for (const [key, { file, name }] of keys) found[key] = await file.tensor(name, options);
      layers[layer] = found;
    }
    const { batch_index: _, ...metadata } = withoutNames((await entry.metadata()) as JsonObject);
    yield { index: entry.index, metadata, tensors: layers };
  }
}

/** `{}` when there is none. */
export async function readRunMetadata(run: RunReader): Promise<Json> {
  const bytes = await run.metadata();
  return bytes === undefined ? {} : decodeJson(`meta.json of run ${run.runId}`, bytes);
}

function withoutNames(json: JsonObject): JsonObject {
  const { [NAMES_FIELD]: _, ...metadata } = json;
  return metadata;
}

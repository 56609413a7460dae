/** What batches are made of, as callers give and get it. */
import { IoSchemaError, show } from "@crv/core";
import type { StreamedTensorInput, Tensor, TensorInput } from "@crv/safetensors";

/** A tensor to be written, in memory or as a stream. */
export type AnyTensorInput = TensorInput | StreamedTensorInput;

/** Tensors by name, or in a list. */
export type BatchInput =
  | Readonly<Record<string, AnyTensorInput>>
  | ReadonlyMap<string, AnyTensorInput>
  | readonly AnyTensorInput[];

/** Tensors by layer and key. */
export type LayersInput = Readonly<Record<string, Readonly<Record<string, AnyTensorInput>>>>;

/** As {@link BatchInput} was given: names in byte order of dtype and name, lists in their order. */
export type Batch = Readonly<Record<string, Tensor>> | readonly Tensor[];

/** Layers and keys in byte order. */
export type Layers = Readonly<Record<string, Readonly<Record<string, Tensor>>>>;

/** JSON: what metadata may be. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export function isTensorInput(value: unknown): value is AnyTensorInput {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { dtype?: unknown }).dtype === "string" &&
    Array.isArray((value as { shape?: unknown }).shape) &&
    ("data" in value || ("chunks" in value && isIterable(value.chunks)))
  );
}

function isIterable(value: unknown): boolean {
  const object = Object(value);
  return Symbol.asyncIterator in object || Symbol.iterator in object;
}

/**
 * Layers by name.
 *
 * @throws IoSchemaError `INVALID_ARGUMENT` for what is no object of layers.
 */
export function layersOf(input: unknown): readonly (readonly [string, unknown])[] {
  if (typeof input === "object" && input !== null && !isIterable(input) && !isTensorInput(input)) {
    return Object.entries(input);
  }
  throw refused(`layers must be an object of objects of tensors (got: ${show(input)})`);
}

/**
 * The tensors of a batch by name. A list is `item_0`, `item_1`, …; an empty one `_empty_list`, as in the
 * original, and what it was is recorded beside them.
 *
 * @throws IoSchemaError `INVALID_ARGUMENT` for what is neither.
 */
export function namedTensors(input: BatchInput): {
  readonly kind: "list" | "dict";
  readonly tensors: ReadonlyMap<string, AnyTensorInput>;
} {
  if (Array.isArray(input)) {
    const list = (input as readonly unknown[]).map(
      (tensor, i) => [`item_${i}`, checkTensor(`item ${i}`, tensor)] as const,
    );
    if (list.length > 0) return { kind: "list", tensors: new Map(list) };
    const none = { dtype: "F32", shape: [0], data: new Float32Array(0) } as const;
    return { kind: "list", tensors: new Map([["_empty_list", none]]) };
  }
  return { kind: "dict", tensors: entriesOf("a batch", input) };
}

/** @throws IoSchemaError `INVALID_ARGUMENT`. */
export function entriesOf(what: string, input: unknown): ReadonlyMap<string, AnyTensorInput> {
  const isObject = typeof input === "object" && input !== null && !ArrayBuffer.isView(input);
  const isList = isIterable(input) && !(input instanceof Map);
  if (!isObject || isTensorInput(input) || isList) {
    throw refused(`${what} must be a list or an object of tensors (got: ${show(input)})`);
  }
  const entries: Iterable<readonly [string, unknown]> =
    input instanceof Map ? input : Object.entries(input);
  return new Map([...entries].map(([name, tensor]) => [name, checkTensor(show(name), tensor)]));
}

function checkTensor(name: string, value: unknown): AnyTensorInput {
  if (isTensorInput(value)) return value;
  throw refused(`${name} must be a tensor, { dtype, shape, data } (got: ${show(value)})`);
}

function refused(message: string): IoSchemaError {
  return new IoSchemaError("INVALID_ARGUMENT", message);
}

/** Whether a mapping holds mappings of tensors: layers, not a batch. */
export function isLayers(input: BatchInput | LayersInput): input is LayersInput {
  if (Array.isArray(input) || input instanceof Map) return false;
  const values = Object.values(input as Readonly<Record<string, unknown>>);
  return values.length > 0 && values.every((v) => !isTensorInput(v) && typeof v === "object");
}

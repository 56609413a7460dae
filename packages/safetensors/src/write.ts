/**
 * Writing files, whole or as a stream. The bytes are those of the reference.
 * Source: docs/format/safetensors.md, "Writing".
 */
import type { Dtype } from "./dtype.js";
import { SafetensorsError } from "./errors.js";
import { type EncodedHeader, encodeHeader, type MetadataInput } from "./header/encode-header.js";
import type { TensorInfo } from "./header/header.js";
import { ALLOCATION_BYTES_MAX } from "./limits.js";
import { bytesOfData, checkLength, type TensorData } from "./tensor.js";

/** A tensor to be written whose data are in memory. */
export interface TensorInput {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/**
 * A tensor to be written whose data come in pieces: its bytes as they stand in the file, in pieces of
 * any length. They are asked for when it is this tensor's turn, and once.
 */
export interface StreamedTensorInput {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Tensors by name. Use pairs or a Map for names that objects do not keep well. */
export type Named<T> = Iterable<readonly [name: string, tensor: T]> | Readonly<Record<string, T>>;

export interface WriteOptions {
  /** Texts for `__metadata__`, written in the order of their keys' code points. */
  readonly metadata?: MetadataInput;
}

/**
 * A whole file in memory. Nothing is kept of `tensors`.
 *
 * @throws SafetensorsError - any code that docs/format/safetensors.md, "Errors" gives for writing
 */
export function encodeSafetensors(
  tensors: Named<TensorInput>,
  options: WriteOptions = {},
): Uint8Array<ArrayBuffer> {
  const byName = mapOf(tensors);
  const header = headerOf(byName, options);
  if (header.fileByteLength > ALLOCATION_BYTES_MAX) {
    throw new SafetensorsError(
      "LIMIT_EXCEEDED",
      `the file would have ${header.fileByteLength} bytes, at most ${ALLOCATION_BYTES_MAX} fit in memory: write it as a stream`,
      { byteLength: header.fileByteLength, allocationBytesMax: ALLOCATION_BYTES_MAX },
    );
  }
  const data = header.tensors.map((info) => dataOf(info, byName.get(info.name) as TensorInput));
  const file = new Uint8Array(header.fileByteLength);
  file.set(header.bytes);
  for (const [at, { begin }] of header.tensors.entries()) {
    file.set(data[at] as Uint8Array, header.bytes.length + begin);
  }
  return file;
}

/** A file that is still to be produced. */
export interface SafetensorsStream extends AsyncIterable<Uint8Array> {
  /** Bytes of the whole file. */
  readonly byteLength: number;
  /** The tensors in the order of their data. */
  readonly tensors: readonly TensorInfo[];
}

/**
 * The pieces of a file, in order: the header, then the data of each tensor. Holds one piece at a time,
 * so tensors may be larger than memory. Names, shapes and data that are in memory are checked at once,
 * streamed data as they pass: an error in them comes after pieces, and the file must be thrown away.
 *
 * Iterate it once.
 *
 * @throws SafetensorsError - any code that docs/format/safetensors.md, "Errors" gives for writing
 */
export function streamSafetensors(
  tensors: Named<TensorInput | StreamedTensorInput>,
  options: WriteOptions = {},
): SafetensorsStream {
  const byName = mapOf(tensors);
  const header = headerOf(byName, options);
  for (const info of header.tensors) {
    const input = byName.get(info.name);
    if (input !== undefined && "data" in input) dataOf(info, input);
  }
  return {
    byteLength: header.fileByteLength,
    tensors: header.tensors,
    [Symbol.asyncIterator]: () => piecesOf(header, byName),
  };
}

async function* piecesOf(
  header: EncodedHeader,
  byName: ReadonlyMap<string, TensorInput | StreamedTensorInput>,
): AsyncGenerator<Uint8Array> {
  yield header.bytes;
  for (const info of header.tensors) {
    const input = byName.get(info.name) as TensorInput | StreamedTensorInput;
    if ("data" in input) {
      yield dataOf(info, input);
      continue;
    }
    const byteLength = info.end - info.begin;
    let passed = 0;
    for await (const chunk of input.chunks) {
      if (!(chunk instanceof Uint8Array)) throw noBytes(info.name, chunk);
      passed += chunk.byteLength;
      // Told before the piece is passed on, so that no tensor runs into the next.
      if (passed > byteLength) checkLength(info.name, byteLength, passed);
      yield chunk;
    }
    checkLength(info.name, byteLength, passed);
  }
}

function headerOf(
  byName: ReadonlyMap<string, TensorInput | StreamedTensorInput>,
  { metadata }: WriteOptions,
): EncodedHeader {
  const specs = [...byName].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  return encodeHeader(specs, metadata);
}

function dataOf({ name, dtype, shape }: TensorInfo, { data }: TensorInput): Uint8Array {
  return bytesOfData(name, dtype, shape, data);
}

/** @throws SafetensorsError `DUPLICATE_NAME` */
export function mapOf<T>(tensors: Named<T>): Map<string, T> {
  const pairs = Symbol.iterator in tensors ? [...tensors] : Object.entries<T>(tensors);
  const byName = new Map<string, T>();
  for (const [name, tensor] of pairs) {
    if (byName.has(name)) {
      throw new SafetensorsError(
        "DUPLICATE_NAME",
        `tensor ${JSON.stringify(name)} is given twice`,
        { tensor: name },
      );
    }
    byName.set(name, tensor);
  }
  return byName;
}

function noBytes(name: string, chunk: unknown): Error {
  return new SafetensorsError(
    "INVALID_TENSOR",
    `tensor ${JSON.stringify(name)}: a chunk is a ${typeof chunk}, not a Uint8Array`,
    { tensor: name },
  );
}

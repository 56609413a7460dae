/**
 * Header to bytes: the same bytes as the reference, but for the order of two or more keys of metadata,
 * which is random there and by code point here. Source: docs/format/safetensors.md, "Writing".
 */
import { compareCodePoints, hasLoneSurrogate } from "../code-points.js";
import { checkDtype, type Dtype, rankOf } from "../dtype.js";
import { SafetensorsError } from "../errors.js";
import { HEADER_BYTES_MAX, LENGTH_BYTES } from "../limits.js";
import { extentOf } from "../shape.js";
import { METADATA_NAME, type TensorInfo } from "./header.js";

/** The texts that go into `__metadata__`. */
export type MetadataInput = ReadonlyMap<string, string> | Readonly<Record<string, string>>;

/** A tensor to be laid out. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** The beginning of a file, and what follows it. */
export interface EncodedHeader {
  /** Length prefix, header and padding; the data of `tensors` follow at once, in their order. */
  readonly bytes: Uint8Array;
  readonly tensors: readonly TensorInfo[];
  /** Bytes of the whole file. */
  readonly fileByteLength: number;
}

/**
 * Lays out a file: sorts the tensors by dtype, widest first, then by name, and gives each its offsets.
 *
 * @throws SafetensorsError `INVALID_NAME`, `DUPLICATE_NAME`, `INVALID_METADATA`, `INVALID_ARGUMENT`,
 *   `INVALID_TENSOR`, `OVERFLOW`, `MISALIGNED`, `UNSAFE_INTEGER`, `HEADER_TOO_LARGE`
 */
export function encodeHeader(specs: Iterable<TensorSpec>, metadata?: MetadataInput): EncodedHeader {
  const tensors = layOut(specs);
  const members = tensors.map(
    ({ name, dtype, shape, begin, end }) =>
      `${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape.join(",")}],"data_offsets":[${begin},${end}]}`,
  );
  if (metadata !== undefined) members.unshift(`"${METADATA_NAME}":${formatMetadata(metadata)}`);
  const json = new TextEncoder().encode(`{${members.join(",")}}`);
  const length = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  if (length > HEADER_BYTES_MAX) {
    throw new SafetensorsError(
      "HEADER_TOO_LARGE",
      `the header of ${tensors.length} tensors takes ${length} bytes, at most ${HEADER_BYTES_MAX} can be read`,
      { headerBytes: length, headerBytesMax: HEADER_BYTES_MAX },
    );
  }
  const bytes = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, LENGTH_BYTES);
  return { bytes, tensors, fileByteLength: bytes.length + (tensors.at(-1)?.end ?? 0) };
}

function layOut(specs: Iterable<TensorSpec>): TensorInfo[] {
  const names = new Set<string>();
  const checked = [...specs];
  for (const { name, dtype, shape } of checked) {
    checkName(name, names);
    checkDtype(dtype, name);
    checkShape(name, shape);
  }
  checked.sort((a, b) => rankOf(b.dtype) - rankOf(a.dtype) || compareCodePoints(a.name, b.name));
  let begin = 0;
  return checked.map(({ name, dtype, shape }) => {
    const { elementCount, byteLength } = extentOf(name, dtype, shape);
    const end = begin + byteLength;
    if (!Number.isSafeInteger(end)) {
      throw new SafetensorsError(
        "UNSAFE_INTEGER",
        `tensor ${JSON.stringify(name)} would end beyond byte 2^53-1`,
        { tensor: name },
      );
    }
    const info = { name, dtype, shape: [...shape], begin, end, elementCount };
    begin = end;
    return info;
  });
}

function checkName(name: string, names: Set<string>): void {
  const shown = JSON.stringify(name);
  const wrong =
    typeof name !== "string"
      ? "is no string"
      : name === METADATA_NAME
        ? "is not for tensors: readers would take it for the metadata"
        : hasLoneSurrogate(name)
          ? "has half of a surrogate pair, which UTF-8 cannot hold"
          : undefined;
  if (wrong !== undefined) {
    throw new SafetensorsError("INVALID_NAME", `the name ${shown} ${wrong}`, { tensor: name });
  }
  if (names.has(name)) {
    throw new SafetensorsError("DUPLICATE_NAME", `tensor ${shown} is given twice`, {
      tensor: name,
    });
  }
  names.add(name);
}

function checkShape(tensor: string, shape: readonly number[]): void {
  if (!Array.isArray(shape)) {
    throw new SafetensorsError(
      "INVALID_TENSOR",
      `tensor ${JSON.stringify(tensor)} has no array as shape`,
      { tensor, shape },
    );
  }
  const wrong = shape.findIndex((dimension) => !Number.isSafeInteger(dimension) || dimension < 0);
  if (wrong < 0) return;
  throw new SafetensorsError(
    "INVALID_TENSOR",
    `tensor ${JSON.stringify(tensor)}: dimension ${wrong} is ${shape[wrong]}, not an integer from 0 to 2^53-1`,
    { tensor, shape, dimension: wrong },
  );
}

function formatMetadata(metadata: MetadataInput): string {
  const entries = metadata instanceof Map ? [...metadata] : Object.entries(metadata);
  const members = entries
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([key, value]) => {
      checkText(key, "a key");
      checkText(value, `the value of ${JSON.stringify(key)}`);
      return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
    });
  return `{${members.join(",")}}`;
}

function checkText(text: unknown, what: string): void {
  const wrong =
    typeof text !== "string"
      ? `is ${text === null ? "null" : `a ${typeof text}`}, not a string`
      : hasLoneSurrogate(text)
        ? "has half of a surrogate pair, which UTF-8 cannot hold"
        : undefined;
  if (wrong === undefined) return;
  throw new SafetensorsError("INVALID_METADATA", `${what} of the metadata ${wrong}`, { what });
}

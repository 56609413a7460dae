/** A file that is read as far as it is asked for. Source: docs/format/safetensors.md, "Reading". */
import { compareCodePoints } from "./code-points.js";
import { bitsOf } from "./dtype.js";
import { SafetensorsError } from "./errors.js";
import { decodeHeader, decodeHeaderLength } from "./header/decode-header.js";
import type { Header, HeaderOptions, TensorInfo } from "./header/header.js";
import { ALLOCATION_BYTES_MAX, LENGTH_BYTES } from "./limits.js";
import { bytesReader, type RangeReader, type ReadOptions, readExactly } from "./range-reader.js";
import { type GatherOptions, readRanges } from "./read-ranges.js";
import { planSlice, type Selection } from "./slice.js";
import { type Tensor, tensorFromBytes } from "./tensor.js";

export interface OpenOptions extends HeaderOptions, ReadOptions {
  /** Most bytes that one call may allocate; 4 GiB by default. */
  readonly allocationBytesMax?: number;
}

export interface StreamOptions extends ReadOptions {
  /** Bytes of a chunk, 1 MiB by default. Rounded down to whole values, or rows; at least one. */
  readonly chunkBytes?: number;
}

/** Some rows of a tensor. */
export interface RowBatch {
  /** First row. */
  readonly begin: number;
  /** End, exclusive. */
  readonly end: number;
  /** The rows; the first dimension is `end - begin`. */
  readonly tensor: Tensor;
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * Opens a file: reads its header and nothing else.
 *
 * @param source the whole file in memory, or something to read parts of it from
 * @throws SafetensorsError - any code that docs/format/safetensors.md, "Errors" gives for reading
 */
export async function openSafetensors(
  source: Uint8Array | RangeReader,
  options: OpenOptions = {},
): Promise<SafetensorsReader> {
  const reader = source instanceof Uint8Array ? bytesReader(source) : source;
  const { allocationBytesMax = ALLOCATION_BYTES_MAX } = options;
  const prefixEnd = Math.min(LENGTH_BYTES, reader.byteLength);
  const prefix = await readExactly(reader, 0, prefixEnd, options);
  const headerBytes = decodeHeaderLength(prefix, reader.byteLength, options);
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes);
  bytes.set(prefix);
  bytes.set(
    await readExactly(reader, LENGTH_BYTES, LENGTH_BYTES + headerBytes, options),
    LENGTH_BYTES,
  );
  const header = decodeHeader(bytes, reader.byteLength, options);
  return new SafetensorsReader(reader, header, allocationBytesMax);
}

/**
 * An open file. Its data are read when asked for, and only those; nothing is cached. All methods may be
 * called at the same time. Made by `openSafetensors`.
 */
export class SafetensorsReader {
  readonly header: Header;
  readonly #source: RangeReader;
  readonly #allocationBytesMax: number;

  constructor(source: RangeReader, header: Header, allocationBytesMax = ALLOCATION_BYTES_MAX) {
    this.#source = source;
    this.header = header;
    this.#allocationBytesMax = allocationBytesMax;
  }

  /** `__metadata__`; undefined when the file has none. */
  get metadata(): ReadonlyMap<string, string> | undefined {
    return this.header.metadata;
  }

  /** All tensors, without data, in the order of their data. */
  get tensors(): ReadonlyMap<string, TensorInfo> {
    return this.header.tensors;
  }

  /** Names of all tensors, sorted by code point. */
  names(): string[] {
    return [...this.tensors.keys()].sort(compareCodePoints);
  }

  /** What the header says of a tensor. @throws SafetensorsError `TENSOR_NOT_FOUND` */
  info(name: string): TensorInfo {
    const info = this.tensors.get(name);
    if (info !== undefined) return info;
    throw new SafetensorsError(
      "TENSOR_NOT_FOUND",
      `the file has no tensor ${JSON.stringify(name)}, but ${this.tensors.size} others`,
      { tensor: name, tensorCount: this.tensors.size },
    );
  }

  /**
   * A whole tensor. Of a file in memory it is a view, where it is aligned for its array, else a copy.
   *
   * @throws SafetensorsError `TENSOR_NOT_FOUND`, `LIMIT_EXCEEDED`, `SHORT_READ`
   */
  async tensor(name: string, options: ReadOptions = {}): Promise<Tensor> {
    return this.slice(name, [], options);
  }

  /**
   * A part of a tensor. Reads the bytes of the part and no others.
   *
   * @throws SafetensorsError `INVALID_SLICE`, `MISALIGNED`, and those of `tensor`
   */
  async slice(name: string, selection: Selection, options: GatherOptions = {}): Promise<Tensor> {
    const info = this.info(name);
    const { shape, byteLength, ranges } = planSlice(info, selection);
    this.#checkAllocation(info, byteLength);
    const base = this.header.dataOffset + info.begin;
    const [first, second] = ranges();
    const isOneRange = first !== undefined && second === undefined;
    const bytes = isOneRange
      ? await readExactly(this.#source, base + first.begin, base + first.end, options)
      : await readRanges(this.#source, ranges(), base, byteLength, options);
    return tensorFromBytes(info.dtype, shape, bytes);
  }

  /**
   * The rows from `begin` to before `end`: one range of bytes.
   *
   * @throws SafetensorsError - those of `slice`
   */
  async rows(name: string, begin: number, end: number, options: ReadOptions = {}): Promise<Tensor> {
    return this.slice(name, [[begin, end]], options);
  }

  /**
   * The bytes of a tensor as they stand in the file, in chunks of whole values; reads each chunk when it
   * is asked for. For tensors that do not fit in memory.
   *
   * @throws SafetensorsError `TENSOR_NOT_FOUND`, `INVALID_ARGUMENT`, `SHORT_READ`
   */
  async *stream(name: string, options: StreamOptions = {}): AsyncGenerator<Uint8Array> {
    const info = this.info(name);
    const bits = bitsOf(info.dtype);
    const unitBytes = bits < 8 ? bits : bits / 8; // eight values end on a byte whatever their width
    const chunkBytes = wholeUnits(options.chunkBytes ?? CHUNK_BYTES, unitBytes) * unitBytes;
    this.#checkAllocation(info, Math.min(chunkBytes, info.end - info.begin));
    const { dataOffset } = this.header;
    for (let begin = info.begin; begin < info.end; begin += chunkBytes) {
      const end = Math.min(begin + chunkBytes, info.end);
      yield readExactly(this.#source, dataOffset + begin, dataOffset + end, options);
    }
  }

  /**
   * The rows of a tensor, some at a time; reads each batch when it is asked for.
   *
   * @throws SafetensorsError `INVALID_SLICE` - the tensor is a scalar; and those of `rows` and `stream`
   */
  async *rowBatches(name: string, options: StreamOptions = {}): AsyncGenerator<RowBatch> {
    const info = this.info(name);
    const [rowCount] = info.shape;
    if (rowCount === undefined) {
      throw new SafetensorsError(
        "INVALID_SLICE",
        `tensor ${JSON.stringify(name)} is a scalar: it has no rows`,
        { tensor: name, shape: info.shape },
      );
    }
    const rowBytes = (info.end - info.begin) / Math.max(rowCount, 1);
    const unitRows = Number.isInteger(rowBytes) ? 1 : 8; // eight rows end on a byte
    const unitBytes = Math.max(rowBytes * unitRows, 1);
    const batchRows = wholeUnits(options.chunkBytes ?? CHUNK_BYTES, unitBytes) * unitRows;
    for (let begin = 0; begin < rowCount; begin += batchRows) {
      const end = Math.min(begin + batchRows, rowCount);
      yield { begin, end, tensor: await this.rows(name, begin, end, options) };
    }
  }

  #checkAllocation({ name, dtype, shape }: TensorInfo, byteLength: number): void {
    if (byteLength <= this.#allocationBytesMax) return;
    throw new SafetensorsError(
      "LIMIT_EXCEEDED",
      `${byteLength} bytes of tensor ${JSON.stringify(name)} were asked for, ${dtype} [${shape.join(", ")}]; one call reads ` +
        `at most ${this.#allocationBytesMax}: read it by slices, rows or as a stream`,
      { tensor: name, byteLength, allocationBytesMax: this.#allocationBytesMax },
    );
  }
}

/** How many units of `unitBytes` go into `chunkBytes`; at least one. */
function wholeUnits(chunkBytes: number, unitBytes: number): number {
  if (!Number.isSafeInteger(chunkBytes) || chunkBytes < 1) {
    throw new SafetensorsError(
      "INVALID_ARGUMENT",
      `chunkBytes is ${chunkBytes}: it must be an integer from 1`,
      { chunkBytes },
    );
  }
  return Math.max(1, Math.floor(chunkBytes / unitBytes));
}

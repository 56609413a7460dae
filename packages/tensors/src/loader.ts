/**
 * Mini-batches of the rows of a matrix: in order or shuffled, read ahead, to be continued where they
 * ended. Memory is bounded by `bufferBytes`, not by the matrix.
 *
 * Shuffled, the matrix is cut into blocks of `blockRows`, which come in a random order; a window of them
 * is held, and its rows come in a random order. So a window mixes rows of all batches. With blocks of
 * one row every order of rows is as likely as any other, at one read for each row.
 */
import { IoError, show } from "@crv/core";
import { type ConvertibleDtype, type Tensor, tensorFromBytes } from "@crv/safetensors";
import type { TensorMatrix } from "./matrix.js";
import { seededOrder } from "./seeded-order.js";
import { shuffleRows } from "./shuffle-rows.js";
import { checkNotAborted } from "./tensor-errors.js";

const BATCH_ROWS = 32;
const BLOCK_ROWS = 64;
const BUFFER_BYTES = 64 * 1024 * 1024;
const PREFETCH = 2;
/** Ranges of one window that are read at once. */
const READS_AT_ONCE = 8;

/** Where a loader is: plain JSON, valid for the same matrix and options. */
export interface LoaderCursor {
  readonly epoch: number;
  /** Rows of this epoch that were yielded. */
  readonly row: number;
}

export interface LoaderOptions {
  /** Rows of a mini-batch; the last one of an epoch may have fewer. Default 32. */
  readonly batchSize?: number;
  /** Values are converted to it. */
  readonly dtype?: ConvertibleDtype;
  /** Default: rows in order. */
  readonly shuffle?: {
    readonly seed: number;
    /** Rows that stay neighbours until their window is shuffled. Default 64. */
    readonly blockRows?: number;
  };
  /** Epochs to go through. Default 1. */
  readonly epochs?: number;
  /** Most mini-batches in all; default: no bound. */
  readonly maxBatches?: number;
  /** Bytes of rows, as they are stored, that are held at once. Default 64 MiB. */
  readonly bufferBytes?: number;
  /** Windows that are read ahead of the one that is given out. Default 2. */
  readonly prefetch?: number;
  /** Continues after the mini-batch that gave it. */
  readonly cursor?: LoaderCursor;
  readonly signal?: AbortSignal;
}

export interface MiniBatch {
  /** [rows, columns]. May be a view of memory that other mini-batches see, too. */
  readonly tensor: Tensor;
  /** To continue after this one. */
  readonly cursor: LoaderCursor;
}

/** Rows of the matrix, `[start, end)`. */
interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** Re-iterable: each iteration begins at the cursor. */
export class TensorLoader implements AsyncIterable<MiniBatch> {
  readonly #matrix: TensorMatrix;
  readonly #options: LoaderOptions;
  readonly #batchRows: number;
  readonly #windowRows: number;

  /** @throws IoError `INVALID_ARGUMENT` naming the option. */
  constructor(matrix: TensorMatrix, options: LoaderOptions = {}) {
    const { batchSize = BATCH_ROWS, bufferBytes = BUFFER_BYTES, prefetch = PREFETCH } = options;
    checkCount("batchSize", batchSize, 1);
    checkCount("bufferBytes", bufferBytes, 1);
    checkCount("prefetch", prefetch, 0);
    checkCount("maxBatches", options.maxBatches ?? 0, 0);
    checkCount("epochs", options.epochs ?? 1, 0);
    checkCount("shuffle.blockRows", options.shuffle?.blockRows ?? 1, 1);
    if (options.shuffle && !Number.isSafeInteger(options.shuffle.seed)) {
      throw invalid("shuffle.seed", options.shuffle.seed, "a whole number");
    }
    const { epoch, row } = options.cursor ?? { epoch: 0, row: 0 };
    checkCount("cursor.epoch", epoch, 0);
    checkCount("cursor.row", row, 0);
    this.#matrix = matrix;
    this.#options = options;
    this.#batchRows = batchSize;
    // Windows hold whole mini-batches.
    const rows = Math.floor(bufferBytes / (prefetch + 1) / Math.max(1, matrix.rowBytes));
    this.#windowRows = Math.max(1, Math.floor(rows / batchSize)) * batchSize;
  }

  /** Mini-batches of one epoch. */
  get batchesPerEpoch(): number {
    return Math.ceil(this.#matrix.shape[0] / this.#batchRows);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<MiniBatch, undefined> {
    const { cursor, epochs = 1, maxBatches = Number.POSITIVE_INFINITY } = this.#options;
    let left = maxBatches;
    for (let epoch = cursor?.epoch ?? 0; epoch < epochs; epoch++) {
      const from = epoch === cursor?.epoch ? cursor.row : 0;
      for await (const batch of this.#epoch(epoch, from)) {
        if (left-- <= 0) return;
        yield batch;
      }
    }
  }

  async *#epoch(epoch: number, from: number): AsyncGenerator<MiniBatch, undefined> {
    const { prefetch = PREFETCH, signal } = this.#options;
    const [rowCount] = this.#matrix.shape;
    const blocks = this.#blocksOf(epoch);
    const ahead: Promise<Tensor>[] = [];
    let next = Math.floor(from / this.#windowRows) * this.#windowRows;
    let row = from;
    while (row < rowCount) {
      checkNotAborted(signal);
      while (ahead.length <= prefetch && next < rowCount) {
        const window = this.#window(epoch, blocks, next);
        // One that fails is told when its turn comes.
        window.catch(() => undefined);
        ahead.push(window);
        next += this.#windowRows;
      }
      const start = Math.floor(row / this.#windowRows) * this.#windowRows;
      const window = (await ahead.shift()) as Tensor;
      const end = Math.min(rowCount, start + this.#windowRows);
      for (; row < end; row = Math.min(end, row + this.#batchRows)) {
        const last = Math.min(end, row + this.#batchRows);
        yield {
          tensor: rowsOf(window, row - start, last - start),
          cursor: last < rowCount ? { epoch, row: last } : { epoch: epoch + 1, row: 0 },
        };
      }
    }
  }

  /** Rows `[start, start + window)` of the epoch's order. */
  async #window(epoch: number, blocks: Blocks | undefined, start: number): Promise<Tensor> {
    const { dtype, shuffle, signal } = this.#options;
    const rows = Math.min(this.#matrix.shape[0] - start, this.#windowRows);
    const { rowBytes } = this.#matrix;
    if (blocks === undefined || shuffle === undefined) {
      return this.#matrix.rows(start, start + rows, {
        ...(dtype && { dtype }),
        ...(signal && { signal }),
      });
    }
    // One row more: shuffling in place needs a place to put one aside.
    const bytes = new Uint8Array((rows + 1) * rowBytes);
    const read = bytes.subarray(0, rows * rowBytes);
    await this.#readAll(blocks.ranges(start, start + rows), read);
    shuffleRows(bytes, rowBytes, seededOrder(rows, shuffle.seed, epoch, start + 1));
    return this.#matrix.tensorOf(read, rows, dtype);
  }

  /** Rows of `ranges`, one after the other, into the whole of `bytes`. */
  async #readAll(ranges: readonly RowRange[], bytes: Uint8Array): Promise<void> {
    const { rowBytes } = this.#matrix;
    const { signal } = this.#options;
    let next = 0;
    let at = 0;
    const work = async (): Promise<void> => {
      while (next < ranges.length) {
        const { start, end } = ranges[next++] as RowRange;
        const from = at;
        at += (end - start) * rowBytes;
        await this.#matrix.readInto(bytes.subarray(from, at), start, signal);
      }
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, work));
  }

  #blocksOf(epoch: number): Blocks | undefined {
    const { shuffle } = this.#options;
    if (shuffle === undefined) return undefined;
    const { seed, blockRows = BLOCK_ROWS } = shuffle;
    return new Blocks(this.#matrix.shape[0], blockRows, seed, epoch);
  }
}

/** Blocks of rows in the order of an epoch: four bytes a block. */
class Blocks {
  readonly #rowCount: number;
  readonly #blockRows: number;
  readonly #order: Uint32Array;
  /** Place of the one block that may be short: places after it come earlier by what it lacks. */
  readonly #shortAt: number;
  readonly #lacking: number;

  constructor(rowCount: number, blockRows: number, seed: number, epoch: number) {
    const count = Math.ceil(rowCount / blockRows);
    this.#rowCount = rowCount;
    this.#blockRows = blockRows;
    this.#order = seededOrder(count, seed, epoch);
    this.#shortAt = this.#order.indexOf(count - 1);
    this.#lacking = count * blockRows - rowCount;
  }

  /** Rows of the matrix at the places `[from, to)` of the order. */
  ranges(from: number, to: number): readonly RowRange[] {
    const ranges: RowRange[] = [];
    for (let place = this.#placeOf(from); place < this.#order.length; place++) {
      const at = this.#startOf(place);
      if (at >= to) break;
      const first = (this.#order[place] as number) * this.#blockRows;
      const rows = Math.min(this.#blockRows, this.#rowCount - first);
      const start = first + Math.max(0, from - at);
      const end = first + Math.min(rows, to - at);
      if (start < end) ranges.push({ start, end });
    }
    return ranges;
  }

  /** Place of the block that holds row `row` of the order. */
  #placeOf(row: number): number {
    const place = Math.floor(row / this.#blockRows);
    return row < this.#startOf(this.#shortAt + 1)
      ? Math.min(place, this.#shortAt)
      : Math.floor((row + this.#lacking) / this.#blockRows);
  }

  #startOf(place: number): number {
    return place * this.#blockRows - (place > this.#shortAt ? this.#lacking : 0);
  }
}

/** A view of some rows. */
function rowsOf(tensor: Tensor, start: number, end: number): Tensor {
  const { dtype, shape, data } = tensor;
  const rowBytes = data.byteLength / Math.max(1, shape[0] ?? 1);
  const bytes = new Uint8Array(
    data.buffer,
    data.byteOffset + start * rowBytes,
    (end - start) * rowBytes,
  );
  return tensorFromBytes(dtype, [end - start, ...shape.slice(1)], bytes);
}

function checkCount(what: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min) {
    throw invalid(what, value, `a whole number of at least ${min}`);
  }
}

function invalid(what: string, value: unknown, rule: string): IoError {
  return new IoError("INVALID_ARGUMENT", `${what} must be ${rule} (got: ${show(value)})`, {
    details: { what, value },
  });
}

/**
 * The rows of one tensor of all batches as one matrix [N, D]. Shapes come from the log: nothing is read
 * until rows are asked for, and then only theirs.
 */
import { IoError } from "@crv/core";
import {
  bitsOf,
  type ConvertibleDtype,
  convertTensor,
  type Dtype,
  type Tensor,
  tensorFromBytes,
} from "@crv/safetensors";
import type { RunReader } from "./run-reader.js";
import { TENSOR_NAME } from "./stage-tensors.js";
import { checkNotAborted, readError } from "./tensor-errors.js";
import type { TensorFile } from "./tensor-file.js";

export interface MatrixOptions {
  /** Default `activations`. */
  readonly key?: string;
  /** Batches to take, in this order; default: all that have the layer, ascending. */
  readonly batches?: readonly number[];
}

export interface RowOptions {
  /** Values are converted to it. */
  readonly dtype?: ConvertibleDtype;
  readonly signal?: AbortSignal;
}

/** Rows of one batch: `[start, end)` of the matrix. */
interface Stripe {
  readonly index: number;
  readonly file: TensorFile;
  readonly start: number;
  readonly end: number;
}

export class TensorMatrix implements AsyncDisposable {
  readonly dtype: Dtype;
  /** Rows and columns. */
  readonly shape: readonly [rows: number, columns: number];
  readonly #run: RunReader;
  readonly #stripes: readonly Stripe[];

  private constructor(run: RunReader, stripes: readonly Stripe[], dtype: Dtype, columns: number) {
    this.#run = run;
    this.#stripes = stripes;
    this.dtype = dtype;
    this.shape = [stripes.at(-1)?.end ?? 0, columns];
  }

  /**
   * Tensors of more than two dimensions are flattened to [-1, last]; one of one dimension is one row.
   *
   * @param run Is closed with the matrix.
   * @throws IoError `NOT_FOUND` no batch has the layer and key; `INVALID_ARGUMENT` batches differ in
   *   dtype or width, one is a scalar, or its rows do not end at whole bytes.
   */
  static async open(
    run: RunReader,
    layer: string,
    { key = "activations", batches }: MatrixOptions = {},
  ): Promise<TensorMatrix> {
    try {
      const stripes: Stripe[] = [];
      let first: { readonly dtype: Dtype; readonly columns: number } | undefined;
      for (const index of batches ?? (await run.indexes())) {
        const file = (await run.layers(index))?.files.get(layer)?.get(key);
        if (file === undefined) {
          if (batches) throw absent(run, layer, key, index);
          continue;
        }
        const [stat] = await file.stat();
        if (stat?.name !== TENSOR_NAME) throw absent(run, layer, key, index);
        const { rows, columns } = flatten(file.what, stat.shape);
        checkWholeBytes(file.what, stat.dtype, columns);
        first ??= { dtype: stat.dtype, columns };
        if (first.dtype !== stat.dtype || first.columns !== columns) {
          throw new IoError(
            "INVALID_ARGUMENT",
            `${file.what} has rows of ${columns} ${stat.dtype}, those before have ${first.columns} ${first.dtype}: choose batches that agree`,
            { details: { index, dtype: stat.dtype, columns } },
          );
        }
        const start = stripes.at(-1)?.end ?? 0;
        stripes.push({ index, file, start, end: start + rows });
      }
      if (first === undefined) throw absent(run, layer, key);
      return new TensorMatrix(run, stripes, first.dtype, first.columns);
    } catch (error) {
      await run.close();
      throw error;
    }
  }

  /** Bytes of one row as it is stored. */
  get rowBytes(): number {
    return (this.shape[1] * bitsOf(this.dtype)) / 8;
  }

  /** Which rows are of which batch. */
  batches(): readonly { readonly index: number; readonly start: number; readonly end: number }[] {
    return this.#stripes.map(({ index, start, end }) => ({ index, start, end }));
  }

  /** Rows `[start, end)`, across batches. */
  async rows(start: number, end: number, { dtype, signal }: RowOptions = {}): Promise<Tensor> {
    this.#checkRange(start, end);
    const bytes = new Uint8Array((end - start) * this.rowBytes);
    await this.readInto(bytes, start, signal);
    return this.tensorOf(bytes, end - start, dtype);
  }

  /**
   * Puts rows, from `start` on and as they are stored, into the whole of `bytes`.
   *
   * @param bytes Of whole rows: {@link rowBytes} each.
   */
  async readInto(bytes: Uint8Array, start: number, signal?: AbortSignal): Promise<void> {
    checkNotAborted(signal);
    const end = start + bytes.byteLength / Math.max(1, this.rowBytes);
    await Promise.all(
      this.#touched(start, end).map(({ file, ...stripe }) => {
        const from = Math.max(start, stripe.start);
        const to = Math.min(end, stripe.end);
        const piece = bytes.subarray((from - start) * this.rowBytes, (to - start) * this.rowBytes);
        return file.readInto(TENSOR_NAME, (from - stripe.start) * this.rowBytes, piece, signal);
      }),
    );
  }

  /** The tensor of whole rows, as they are stored; converted when `dtype` is another one. */
  tensorOf(bytes: Uint8Array, rows: number, dtype?: ConvertibleDtype): Tensor {
    const tensor = tensorFromBytes(this.dtype, [rows, this.shape[1]], bytes);
    try {
      return dtype === undefined ? tensor : (convertTensor(tensor, dtype) as Tensor);
    } catch (error) {
      throw readError("the matrix", error);
    }
  }

  #checkRange(start: number, end: number): void {
    const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end);
    if (!isRange || start < 0 || end < start || end > this.shape[0]) {
      throw new IoError(
        "INVALID_ARGUMENT",
        `rows ${start} to ${end} are none of a matrix of ${this.shape[0]} rows`,
        { details: { start, end, rows: this.shape[0] } },
      );
    }
  }

  close(): Promise<void> {
    return this.#run.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #touched(start: number, end: number): readonly Stripe[] {
    let low = 0;
    let high = this.#stripes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#stripes[middle] as Stripe).end <= start) low = middle + 1;
      else high = middle;
    }
    const found: Stripe[] = [];
    for (let at = low; at < this.#stripes.length; at++) {
      const stripe = this.#stripes[at] as Stripe;
      if (stripe.start >= end) break;
      found.push(stripe);
    }
    return found;
  }
}

function flatten(what: string, shape: readonly number[]) {
  const columns = shape.at(-1);
  if (columns === undefined) {
    throw new IoError("INVALID_ARGUMENT", `${what} is a scalar: a matrix needs rows`, {
      details: { what },
    });
  }
  const outer = shape.length === 1 ? [1] : shape.slice(0, -1);
  const rows = outer.reduce((product, n) => product * n, 1);
  return { rows, columns };
}

/** Rows are read by their bytes. */
function checkWholeBytes(what: string, dtype: Dtype, columns: number): void {
  if ((columns * bitsOf(dtype)) % 8 === 0) return;
  throw new IoError(
    "INVALID_ARGUMENT",
    `${what} has rows of ${columns} ${dtype}, which do not end at whole bytes: read it whole`,
    { details: { what, dtype, columns } },
  );
}

function absent(run: RunReader, layer: string, key: string, index?: number): IoError {
  const where = index === undefined ? "any batch" : `batch ${index}`;
  return new IoError(
    "NOT_FOUND",
    `run ${run.runId} has no tensor "${key}" of layer "${layer}" in ${where}`,
    { details: { runId: run.runId, layer, key, index } },
  );
}

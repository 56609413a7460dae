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
import { readError } from "./tensor-errors.js";
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
   *   dtype or width, or one is a scalar.
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
  async rows(start: number, end: number, options: RowOptions = {}): Promise<Tensor> {
    const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end);
    if (!isRange || start < 0 || end < start || end > this.shape[0]) {
      throw new IoError(
        "INVALID_ARGUMENT",
        `rows ${start} to ${end} are none of a matrix of ${this.shape[0]} rows`,
        { details: { start, end, rows: this.shape[0] } },
      );
    }
    const pieces = await Promise.all(
      this.#touched(start, end).map((stripe) => this.#piece(stripe, start, end, options)),
    );
    return this.#join(pieces, end - start, options.dtype);
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

  /** The bytes of the rows that one batch has, as they are stored. */
  async #piece(
    { file, ...stripe }: Stripe,
    start: number,
    end: number,
    { signal }: RowOptions,
  ): Promise<Uint8Array> {
    const from = Math.max(start, stripe.start) - stripe.start;
    const to = Math.min(end, stripe.end) - stripe.start;
    return file.bytesOf(TENSOR_NAME, from * this.rowBytes, to * this.rowBytes, signal);
  }

  #join(pieces: readonly Uint8Array[], rows: number, dtype: ConvertibleDtype | undefined): Tensor {
    const shape = [rows, this.shape[1]];
    const only = pieces.length === 1 ? pieces[0] : undefined;
    let bytes = only;
    if (bytes === undefined) {
      bytes = new Uint8Array(rows * this.rowBytes);
      let at = 0;
      for (const piece of pieces) {
        bytes.set(piece, at);
        at += piece.byteLength;
      }
    }
    const tensor = tensorFromBytes(this.dtype, shape, bytes);
    try {
      return dtype === undefined ? tensor : (convertTensor(tensor, dtype) as Tensor);
    } catch (error) {
      throw readError("the matrix", error);
    }
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

function absent(run: RunReader, layer: string, key: string, index?: number): IoError {
  const where = index === undefined ? "any batch" : `batch ${index}`;
  return new IoError(
    "NOT_FOUND",
    `run ${run.runId} has no tensor "${key}" of layer "${layer}" in ${where}`,
    { details: { runId: run.runId, layer, key, index } },
  );
}

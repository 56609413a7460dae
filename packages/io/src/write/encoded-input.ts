/** Input, checked and encoded: in memory all of it, of a stream the beginning. */
import type { TableDescriptor } from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import { checkNotAborted } from "../cancellation.js";
import { InputEncoder } from "../cast/input-encoder.js";
import type { InputSource } from "../input/append-input.js";
import { cancellableItems } from "../input/cancellable-items.js";
import { type InputChunk, readChunkStream, readChunks } from "../input/chunk-reader.js";
import { RowCheck, type ValidateRows } from "../validate/row-check.js";

export interface EncodeOptions {
  readonly isStrict: boolean;
  readonly validateRows: ValidateRows | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Batches of one append. Invariant: every batch has rows.
 *
 * What is in memory was checked whole when `open` resolves; of a stream the first batch was.
 */
export class EncodedInput {
  readonly #encoder: InputEncoder;
  readonly #batches: AsyncGenerator<RecordBatch>;
  readonly #first: RecordBatch | undefined;
  #failure: unknown;

  private constructor(
    encoder: InputEncoder,
    batches: AsyncGenerator<RecordBatch>,
    first: RecordBatch | undefined,
  ) {
    this.#encoder = encoder;
    this.#batches = batches;
    this.#first = first;
  }

  /** @throws IoSchemaError for rows that do not fit the table. */
  static async open(
    source: InputSource,
    table: TableDescriptor,
    { isStrict, validateRows, signal }: EncodeOptions,
  ): Promise<EncodedInput> {
    const encoder = new InputEncoder(table, isStrict);
    const check = RowCheck.of(table, isStrict, validateRows);
    const batches =
      source.kind === "memory"
        ? replay(encodeAll(encoder, check, readChunks(source.items), signal))
        : encodeStream(encoder, check, readChunkStream(until(signal, source.items)), signal);
    const first = await batches.next();
    return new EncodedInput(encoder, batches, first.done === true ? undefined : first.value);
  }

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** Complete when the batches were read to their end. */
  get ignoredColumns(): readonly string[] {
    return this.#encoder.ignoredColumns;
  }

  /** What the input, not the storage, failed with. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Once. */
  async *batches(): AsyncIterable<RecordBatch> {
    if (this.#first === undefined) return;
    yield this.#first;
    try {
      yield* this.#batches;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /** Ends the source, also one that was not read to its end. Idempotent. */
  async close(): Promise<void> {
    await this.#batches.return(undefined);
  }
}

/** Items in a loop come at once: there is nothing to wait for. */
function until(
  signal: AbortSignal | undefined,
  items: Iterable<unknown> | AsyncIterable<unknown>,
): Iterable<unknown> | AsyncIterable<unknown> {
  return signal && Symbol.asyncIterator in items ? cancellableItems(items, signal) : items;
}

function encodeAll(
  encoder: InputEncoder,
  check: RowCheck | undefined,
  chunks: readonly InputChunk[],
  signal: AbortSignal | undefined,
): readonly RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (const chunk of chunks) {
    checkNotAborted(signal);
    const batch = encodeChecked(encoder, check, chunk);
    if (batch !== undefined) batches.push(batch);
  }
  check?.end();
  return batches;
}

/** Undefined once a bad row was found: then rows are only looked at, and batches no more. */
function encodeChecked(
  encoder: InputEncoder,
  check: RowCheck | undefined,
  chunk: InputChunk,
): RecordBatch | undefined {
  if (chunk.kind === "rows") check?.addRows(chunk.rows);
  if (check?.hasBadRows) return undefined;
  const batch = encoder.encode(chunk);
  if (chunk.kind === "batch") check?.addBatch(batch);
  return batch;
}

async function* replay(batches: readonly RecordBatch[]): AsyncGenerator<RecordBatch> {
  yield* batches.filter((batch) => batch.numRows > 0);
}

async function* encodeStream(
  encoder: InputEncoder,
  check: RowCheck | undefined,
  chunks: AsyncIterable<InputChunk>,
  signal: AbortSignal | undefined,
): AsyncGenerator<RecordBatch> {
  for await (const chunk of chunks) {
    checkNotAborted(signal);
    const batch = encodeChecked(encoder, check, chunk);
    check?.end();
    if (batch !== undefined && batch.numRows > 0) yield batch;
  }
}

/** Reading: from stored bytes to record batches, some row groups at a time. */
import {
  COLUMNS_MAX,
  checkSeal,
  IoError,
  type ObjectKey,
  PART_BYTES_MAX,
  PART_ROWS_MAX,
  type TableDescriptor,
} from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import type { PartReadRequest, PartSource } from "@crv/storage-trait/parts";
import { makeData, RecordBatch, RecordBatchReader, Schema, Struct } from "apache-arrow";
import type { CodecPool } from "./codec-pool.js";
import type { DecodeResult, DecodeTask } from "./decode-task.js";
import { checkFrame } from "./footer.js";
import { corruptPart, partTooLarge, readAborted } from "./part-errors.js";

/** Below this a decoder's texts cost less to look at than the means to have them as dictionaries. */
const DICTIONARY_ROWS_MIN = 4096;

/** Decodes `part` as {@link PartStore.read} says. Holds one task's rows at a time. */
export async function* readPart(
  reader: ObjectReader,
  pool: CodecPool,
  part: PartSource,
  table: TableDescriptor,
  request: PartReadRequest,
): AsyncGenerator<RecordBatch> {
  const { columns = Object.keys(table.columns), rowGroups, verify = true, signal } = request;
  checkNotAborted(part.path, signal);
  const bytes = new Uint8Array(shareBytes(await fetchPart(reader, part, verify)));
  const task = { ...taskOf(part, table, [...new Set(columns)], bytes), rowGroups };
  yield* decodeRows(pool, part.path, task, signal);
}

/** The first task of a part, of all its row groups. */
export function taskOf(
  { rows }: PartSource,
  table: TableDescriptor,
  columns: readonly string[],
  bytes: Uint8Array<SharedArrayBuffer>,
): DecodeTask {
  const isLong = rows >= DICTIONARY_ROWS_MIN;
  const texts = new Set(columns.filter((name) => isLong && table.columns[name] === "str"));
  return { bytes, rows, columnsMax: COLUMNS_MAX, columns, texts, rowGroups: undefined, done: 0 };
}

/**
 * The rows of `task` and of those that go on from it.
 *
 * @param first What became of `task`, where that is known already.
 */
export async function* decodeRows(
  pool: CodecPool,
  path: ObjectKey,
  task: DecodeTask,
  signal: AbortSignal | undefined,
  first?: DecodeResult,
): AsyncGenerator<RecordBatch> {
  let { done }: { done: number | undefined } = task;
  let known = first;
  while (done !== undefined) {
    const result: DecodeResult = known ?? (await pool.decode(path, { ...task, done }, signal));
    known = undefined;
    if (result.kind === "refused") {
      const error = result.code === "CORRUPT" ? corruptPart : partTooLarge;
      throw error(path, result.reason);
    }
    if (result.streams.length === 0 && result.rows > 0) yield batchWithoutColumns(result.rows);
    for (const stream of result.streams) {
      checkNotAborted(path, signal);
      for (const batch of RecordBatchReader.from(stream)) yield inOrder(batch, task.columns);
    }
    done = result.next;
  }
}

/** Its bytes, checked against what is known of it. */
export async function fetchPart(
  reader: ObjectReader,
  part: PartSource,
  verify: boolean,
): Promise<Uint8Array> {
  const { path, bytes: sizeBytes, rows, digest } = part;
  if (sizeBytes > PART_BYTES_MAX) {
    throw partTooLarge(path, `it has ${sizeBytes} bytes, at most ${PART_BYTES_MAX}`);
  }
  if (rows > PART_ROWS_MAX) {
    throw partTooLarge(path, `it has ${rows} rows, at most ${PART_ROWS_MAX}`);
  }
  const bytes = await reader.get(path, { sizeBytesMax: PART_BYTES_MAX });
  if (bytes === undefined) {
    throw new IoError(
      "NOT_FOUND",
      `the part ${path} does not exist; restore the file from a backup, "crv verify" lists all that is damaged`,
      {
        details: { key: path },
      },
    );
  }
  if (verify) await checkSeal(path, bytes, { sizeBytes, digest });
  else if (bytes.byteLength !== sizeBytes) {
    throw corruptPart(path, `it has ${bytes.byteLength} bytes instead of ${sizeBytes}`);
  }
  checkFrame(path, bytes);
  return bytes;
}

export function shareBytes(bytes: Uint8Array): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(bytes.byteLength);
  new Uint8Array(shared).set(bytes);
  return shared;
}

/** The decoder gives columns in the order of the file. */
function inOrder(batch: RecordBatch, names: readonly string[]): RecordBatch {
  const found = names
    .map((name) => batch.schema.fields.findIndex((field) => field.name === name))
    .filter((index) => index >= 0);
  if (found.every((index, position) => index === position)) return batch;
  return batch.selectAt(found);
}

function batchWithoutColumns(rows: number): RecordBatch {
  return new RecordBatch(
    new Schema([]),
    makeData({ type: new Struct([]), length: rows, nullCount: 0, children: [] }),
  );
}

export function checkNotAborted(path: ObjectKey, signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw readAborted(path, signal.reason);
}

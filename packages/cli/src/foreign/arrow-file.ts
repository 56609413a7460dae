/** An Arrow IPC file or stream, read batch by batch. */
import { type FileHandle, open } from "node:fs/promises";
import {
  type AsyncRecordBatchFileReader,
  type RecordBatch,
  RecordBatchReader,
  type Schema,
} from "apache-arrow";
import { CrvError } from "crv";
import { addArrowCodecs } from "./arrow-codecs.js";
import { emptyFile, unreadableFile } from "./unreadable-file.js";

/** What the beginning of a file says. */
export interface ArrowHead {
  readonly schema: Schema;
  /** Undefined when there are no rows. */
  readonly first: RecordBatch | undefined;
  /** Whether the file says where it ends. A stream need not, and may then have been cut between batches. */
  readonly hasEnd: boolean;
}

/** @throws CrvError `NOT_FOUND`, or `INVALID_ARGUMENT` when it is no Arrow IPC. */
export async function readArrowHead(path: string): Promise<ArrowHead> {
  await using file = await openFile(path);
  const reader = await openReader(path, file.handle);
  const hasEnd = reader.isFile() || (await endsWithMarker(file.handle));
  // Leaving the loop ends the read.
  for await (const first of batchesOf(path, reader))
    return { schema: reader.schema, first, hasEnd };
  return { schema: reader.schema, first: undefined, hasEnd };
}

/** Its batches, from the first. @throws as {@link readArrowHead}. */
export async function* readArrowBatches(path: string): AsyncGenerator<RecordBatch> {
  await using file = await openFile(path);
  yield* batchesOf(path, await openReader(path, file.handle));
}

async function openReader(path: string, handle: FileHandle): Promise<AsyncRecordBatchFileReader> {
  // Of an empty file the reader would wait for more.
  if ((await handle.stat()).size === 0) throw emptyFile(path, "Arrow IPC");
  try {
    await addArrowCodecs();
    const reader = await RecordBatchReader.from(handle);
    await reader.open();
    // Of bytes that hold no message there is no schema, and no error either.
    if (reader.schema !== undefined) return reader as AsyncRecordBatchFileReader;
  } catch (cause) {
    throw unreadable(path, cause);
  }
  throw unreadable(path, new Error("it holds no schema"));
}

async function* batchesOf(
  path: string,
  reader: AsyncIterable<RecordBatch>,
): AsyncGenerator<RecordBatch> {
  try {
    yield* reader;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function openFile(path: string): Promise<AsyncDisposable & { readonly handle: FileHandle }> {
  try {
    const handle = await open(path);
    return { handle, [Symbol.asyncDispose]: () => handle.close() };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CrvError("NOT_FOUND", `cannot open ${JSON.stringify(path)}: ${reason}`, { cause });
  }
}

function unreadable(path: string, cause: unknown): CrvError {
  const remedy =
    'write it without compression, in pyarrow and pandas with compression="uncompressed"';
  return unreadableFile({ path, format: "Arrow IPC", remedy }, cause);
}

/** Of the format: a length of 0 in the place of the next message, since version 0.15 behind four bytes of 1s. */
async function endsWithMarker(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  const last = Buffer.alloc(4);
  await handle.read(last, 0, last.length, Math.max(0, size - last.length));
  return last.readInt32LE() === 0;
}

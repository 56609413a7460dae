/** Rows as an Arrow IPC file, or stream. */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type RecordBatch, RecordBatchFileWriter, RecordBatchStreamWriter } from "apache-arrow";
import { writtenOut } from "crv";

/** @param isStream Whether it is written as a stream, which can be read before it has ended. */
export async function exportArrow(
  path: string,
  batches: AsyncIterable<RecordBatch>,
  { isStream, signal }: { readonly isStream: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const writer = isStream ? RecordBatchStreamWriter : RecordBatchFileWriter;
  const encoder = writer.throughNode({ autoDestroy: true });
  await pipeline(Readable.from(plainBatches(batches)), encoder, createWriteStream(path), {
    signal,
  });
}

/** Each batch has dictionaries of its own, which a file cannot hold. */
async function* plainBatches(batches: AsyncIterable<RecordBatch>): AsyncGenerator<RecordBatch> {
  for await (const batch of batches) yield writtenOut(batch);
}

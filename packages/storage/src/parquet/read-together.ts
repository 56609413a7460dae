/**
 * Reading several small parts at once: one message to a thread instead of one for each, which takes
 * longer than to decode it. Source: docs/design/optimize.md.
 */
import { IoError, type TableDescriptor } from "@crv/core";
import type { ObjectReader } from "@crv/storage-trait/object-store";
import type { WantedPart } from "@crv/storage-trait/parts";
import type { RecordBatch } from "apache-arrow";
import type { CodecPool } from "./codec-pool.js";
import type { DecodeResult, DecodeTask } from "./decode-task.js";
import { checkNotAborted, decodeRows, fetchPart, taskOf } from "./read-part.js";

/** Decodes as {@link PartStore.readTogether} says. */
export async function readTogether(
  reader: ObjectReader,
  pool: CodecPool,
  wanted: readonly WantedPart[],
  table: TableDescriptor,
  signal: AbortSignal | undefined,
): Promise<readonly (readonly RecordBatch[])[]> {
  for (const { part } of wanted) checkNotAborted(part.path, signal);
  const files = shareAll(await inTurn(wanted.map(({ part }) => fetchPart(reader, part, true))));
  const every = Object.keys(table.columns);
  const tasks = wanted.map(({ part, columns = every }, i) =>
    taskOf(part, table, columns, files[i] as Uint8Array<SharedArrayBuffer>),
  );
  const results = await decodeAll(pool, wanted, tasks, signal);
  const rows: RecordBatch[][] = [];
  for (const [i, { part }] of wanted.entries()) {
    const batches: RecordBatch[] = [];
    const decoded = decodeRows(pool, part.path, tasks[i] as DecodeTask, signal, results?.[i]);
    for await (const batch of decoded) batches.push(batch);
    rows.push(batches);
  }
  return rows;
}

/** Undefined: some file ended the thread or took too long, and each must be decoded alone to tell which. */
async function decodeAll(
  pool: CodecPool,
  wanted: readonly WantedPart[],
  tasks: readonly DecodeTask[],
  signal: AbortSignal | undefined,
): Promise<readonly DecodeResult[] | undefined> {
  const [first] = wanted;
  if (first === undefined || wanted.length === 1) return undefined;
  try {
    return await pool.decodeTogether(first.part.path, tasks, signal);
  } catch (error) {
    if (error instanceof IoError && OF_TASK.has(error.code)) return undefined;
    throw error;
  }
}

/** What a task can do to its thread. */
const OF_TASK: ReadonlySet<string> = new Set(["CORRUPT", "DEADLINE_EXCEEDED"]);

/** All results; of several failures that of the first. */
async function inTurn<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((each) => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });
}

/** Copies of `files` in one piece of shared memory. */
function shareAll(files: readonly Uint8Array[]): readonly Uint8Array<SharedArrayBuffer>[] {
  const shared = new SharedArrayBuffer(files.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let end = 0;
  return files.map((file) => {
    const bytes = new Uint8Array(shared, end, file.byteLength);
    bytes.set(file);
    end += file.byteLength;
    return bytes;
  });
}

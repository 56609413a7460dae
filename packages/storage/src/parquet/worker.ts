/**
 * The decoding worker: one task in, Arrow IPC streams out. Runs in a thread of its own because the
 * decoder, given damaged bytes, may panic in a promise that then never settles, or never return.
 *
 * A panic ends the worker, since nobody knows the state of its memory then. Most panics happen where
 * no code can catch them, and end the thread by themselves.
 */
import {
  type ColumnChunkMetaData,
  ParquetFile,
  type ParquetMetaData,
  type RecordBatch,
} from "parquet-wasm";
import { move, transferableSymbol, valueSymbol } from "piscina";
import type { DecodeResult, DecodeTask, InspectResult, InspectTask } from "./decode-task.js";
import type { DictionaryHint, FilePieces } from "./dictionary-hint.js";
import { PiecesBlob } from "./pieces-blob.js";
import {
  type ChunkInfo,
  chooseRowGroups,
  type RowGroupChoice,
  type RowGroupInfo,
} from "./row-group-choice.js";

let dictionaryHint: Promise<DictionaryHint> | undefined;

/** Decodes the next row groups of `task`. Does not return from a panic of the decoder. */
export default async function decode(task: DecodeTask): Promise<DecodeResult> {
  try {
    const { pages, footer } = await piecesOf(task);
    const file = await ParquetFile.fromFile(new PiecesBlob(pages, footer));
    const result = await decodeFile(file, task);
    file.free();
    return movable(result);
  } catch (error) {
    return await refusalOf(error);
  }
}

/** What the file of `task` says of itself. Does not return from a panic of the decoder. */
export async function inspect({ bytes }: InspectTask): Promise<InspectResult> {
  try {
    const blob = new PiecesBlob(new Uint8Array(bytes), new Uint8Array(0));
    const file = await ParquetFile.fromFile(blob);
    const footer = file.metadata().fileMetadata();
    const metadata = [...footer.keyValueMetadata()].map(
      ([key, value]) => [String(key), String(value)] as const,
    );
    const schema = file.schema().intoIPCStream();
    file.free();
    return { kind: "inspected", schema, rows: footer.numRows(), metadata };
  } catch (error) {
    return await refusalOf(error);
  }
}

async function refusalOf(error: unknown): Promise<Extract<DecodeResult, { kind: "refused" }>> {
  if (!(error instanceof Error)) return { kind: "refused", code: "CORRUPT", reason: `${error}` };
  // A WebAssembly.RuntimeError; the types of Node do not know the class.
  if (error.name === "RuntimeError") return await endWorker(error);
  return { kind: "refused", code: "CORRUPT", reason: error.message };
}

/** The hint needs apache-arrow, which takes longer to load than most small parts to decode. */
async function piecesOf({ bytes, texts }: DecodeTask): Promise<FilePieces> {
  const file = new Uint8Array(bytes);
  if (texts.size === 0) return { pages: file, footer: new Uint8Array(0) };
  dictionaryHint ??= import("./dictionary-hint.js").then((module) => new module.DictionaryHint());
  return (await dictionaryHint).apply(file, texts);
}

async function decodeFile(file: ParquetFile, task: DecodeTask): Promise<DecodeResult> {
  const choice = chooseRowGroups(rowGroupsOf(file.metadata()), task.bytes.byteLength, task);
  if (choice.kind === "refused") return choice;
  // Asked for no column, the decoder would decode all of them.
  const isEmpty = choice.columns.length === 0 || choice.rows === 0;
  const streams = isEmpty ? [] : await readStreams(file, choice);
  return { kind: "decoded", streams, rows: choice.rows, next: choice.next };
}

/** One batch at a time leaves WebAssembly; `read` would hold all of them there, twice. */
async function readStreams(file: ParquetFile, choice: RowGroupChoice): Promise<Uint8Array[]> {
  const { columns, rowGroups, rows, batchRows } = choice;
  const streams: Uint8Array[] = [];
  let decodedRows = 0;
  const batches: AsyncIterable<RecordBatch> = await file.stream({
    columns: [...columns],
    rowGroups: [...rowGroups],
    batchSize: batchRows,
  });
  for await (const batch of batches) {
    decodedRows += batch.numRows;
    streams.push(batch.intoIPCStream());
  }
  if (decodedRows !== rows) throw new Error(`${decodedRows} rows were decoded instead of ${rows}`);
  return streams;
}

/** Frees what it looks at: a busy worker gives the garbage collector no time to do so. */
function rowGroupsOf(metadata: ParquetMetaData): RowGroupInfo[] {
  const rowGroups = metadata.rowGroups().map((group) => {
    const info = { rows: group.numRows(), chunks: group.columns().map(chunkOf) };
    group.free();
    return info;
  });
  metadata.free();
  return rowGroups;
}

function chunkOf(chunk: ColumnChunkMetaData): ChunkInfo {
  const info = {
    path: chunk.columnPath(),
    compressedBytes: chunk.compressedSize(),
    plainBytes: chunk.uncompressedSize(),
  };
  chunk.free();
  return info;
}

/** Marks the buffers of a result as moved to the caller instead of copied. */
function movable(result: DecodeResult): DecodeResult {
  if (result.kind === "refused") return result;
  const buffers = result.streams.map(({ buffer }) => buffer);
  // The pool unwraps it, so what arrives is the result itself.
  return move({ [transferableSymbol]: buffers, [valueSymbol]: result }) as unknown as DecodeResult;
}

/** Ends this thread with `error`, which the pool gives to the caller of the task. */
function endWorker(error: Error): Promise<never> {
  queueMicrotask(() => {
    throw error;
  });
  return new Promise<never>(() => {});
}

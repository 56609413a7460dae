/**
 * The decoding worker: one task in, Arrow IPC streams out. Runs in a thread of its own because the
 * decoder, given damaged bytes, may panic in a promise that then never settles, or never return.
 *
 * A worker that saw the decoder fail ends itself: its WebAssembly memory is of unknown state, and a
 * late error must not hit the next task.
 */
import { ParquetFile, type ParquetMetaData, type RecordBatch } from "parquet-wasm";
import { move, transferableSymbol, valueSymbol } from "piscina";
import type { DecodeResult, DecodeTask } from "./decode-task.js";
import type { DictionaryHint, FilePieces } from "./dictionary-hint.js";
import { PiecesBlob } from "./pieces-blob.js";
import { chooseRowGroups, type RowGroupChoice, type RowGroupInfo } from "./row-group-choice.js";

let dictionaryHint: Promise<DictionaryHint> | undefined;

/** Decodes the next row groups of `task`. Never returns when the decoder fails: the worker ends. */
export default async function decode(task: DecodeTask): Promise<DecodeResult> {
  try {
    const { pages, footer } = await piecesOf(task);
    const file = await ParquetFile.fromFile(new PiecesBlob(pages, footer));
    const result = await decodeFile(file, task);
    file.free();
    return movable(result);
  } catch (error) {
    return await endWorker(error);
  }
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

function rowGroupsOf(metadata: ParquetMetaData): RowGroupInfo[] {
  return metadata.rowGroups().map((group) => ({
    rows: group.numRows(),
    chunks: group.columns().map((chunk) => ({
      path: chunk.columnPath(),
      compressedBytes: chunk.compressedSize(),
      plainBytes: chunk.uncompressedSize(),
    })),
  }));
}

/** Marks the buffers of a result as moved to the caller instead of copied. */
function movable(result: DecodeResult): DecodeResult {
  if (result.kind === "refused") return result;
  const buffers = result.streams.map(({ buffer }) => buffer);
  // The pool unwraps it, so what arrives is the result itself.
  return move({ [transferableSymbol]: buffers, [valueSymbol]: result }) as unknown as DecodeResult;
}

/** Ends this thread with `error`, which the pool gives to the caller of the task. */
function endWorker(error: unknown): Promise<never> {
  queueMicrotask(() => {
    throw error;
  });
  return new Promise<never>(() => {});
}

/** Decoding a file that is open: checks what its footer says, then reads the row groups of one task. */
import type { ColumnChunkMetaData, ParquetFile, ParquetMetaData, RecordBatch } from "parquet-wasm";
import type { DecodeResult, DecodeTask } from "./decode-task.js";
import {
  type ChunkInfo,
  chooseRowGroups,
  type RowGroupChoice,
  type RowGroupInfo,
} from "./row-group-choice.js";

/** The next row groups of `file`. */
export async function decodeFile(file: ParquetFile, task: DecodeTask): Promise<DecodeResult> {
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

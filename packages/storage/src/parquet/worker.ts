/**
 * The codec in a thread: decoding gives Arrow IPC streams, encoding the bytes of a file. It is in a thread
 * of its own because the decoder, given damaged bytes, may panic in a promise that then never settles, or
 * never return; and because encoding a large part would hold up the program.
 *
 * A panic ends the worker, since nobody knows the state of its memory then. Most panics happen where
 * no code can catch them, and end the thread by themselves.
 */
import * as codec from "parquet-wasm";
import { move, transferableSymbol, valueSymbol } from "piscina";
import { decodeFile } from "./decode-file.js";
import type { DecodeResult, DecodeTask, InspectResult, InspectTask } from "./decode-task.js";
import type { DictionaryHint, FilePieces } from "./dictionary-hint.js";
import { encodeStreams } from "./encode-stream.js";
import type { EncodeResult, EncodeTask } from "./encode-task.js";
import { PiecesBlob } from "./pieces-blob.js";

let dictionaryHint: Promise<DictionaryHint> | undefined;

/** Decodes the next row groups of `task`. Does not return from a panic of the decoder. */
export async function decode(task: DecodeTask): Promise<DecodeResult> {
  const result = await decodeOne(task);
  return moved(result, streamsOf(result));
}

/** As {@link decode}, of several small files one after the other: their results go back at once. */
export async function decodeTogether(tasks: readonly DecodeTask[]): Promise<DecodeResult[]> {
  const results: DecodeResult[] = [];
  for (const task of tasks) results.push(await decodeOne(task));
  return moved(results, results.flatMap(streamsOf));
}

/** What the file of `task` says of itself. Does not return from a panic of the decoder. */
export async function inspect({ bytes }: InspectTask): Promise<InspectResult> {
  try {
    const blob = new PiecesBlob(new Uint8Array(bytes), new Uint8Array(0));
    const file = await codec.ParquetFile.fromFile(blob);
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

/**
 * The bytes of a Parquet file. Does not return from a panic of the encoder.
 *
 * @throws what else the encoder throws.
 */
export async function encode({ streams, properties }: EncodeTask): Promise<EncodeResult> {
  try {
    const pieces = await encodeStreams(codec, streams, properties);
    return moved({ pieces, streams }, [...pieces, ...streams]);
  } catch (error) {
    if (isPanic(error)) return await endWorker(error);
    throw error;
  }
}

async function decodeOne(task: DecodeTask): Promise<DecodeResult> {
  try {
    const { pages, footer } = await piecesOf(task);
    const file = await codec.ParquetFile.fromFile(new PiecesBlob(pages, footer));
    const result = await decodeFile(file, task);
    file.free();
    return result;
  } catch (error) {
    return await refusalOf(error);
  }
}

function streamsOf(result: DecodeResult): readonly Uint8Array[] {
  return result.kind === "decoded" ? result.streams : [];
}

async function refusalOf(error: unknown): Promise<Extract<DecodeResult, { kind: "refused" }>> {
  if (isPanic(error)) return await endWorker(error);
  const reason = error instanceof Error ? error.message : `${error}`;
  return { kind: "refused", code: "CORRUPT", reason };
}

/** The hint needs apache-arrow, which takes longer to load than most small parts to decode. */
async function piecesOf({ bytes, texts }: DecodeTask): Promise<FilePieces> {
  if (texts.size === 0) return { pages: bytes, footer: new Uint8Array(0) };
  dictionaryHint ??= import("./dictionary-hint.js").then((module) => new module.DictionaryHint());
  return (await dictionaryHint).apply(bytes, texts);
}

/** Marks `result` so that `arrays` in it are moved to the caller instead of copied. */
function moved<Result extends object>(result: Result, arrays: readonly Uint8Array[]): Result {
  const buffers = arrays.map(({ buffer }) => buffer);
  // The pool unwraps it, so what arrives is the result itself.
  return move({ [transferableSymbol]: buffers, [valueSymbol]: result }) as unknown as Result;
}

/** A WebAssembly.RuntimeError; the types of Node do not know the class. */
function isPanic(error: unknown): error is Error {
  return error instanceof Error && error.name === "RuntimeError";
}

/** Ends this thread with `error`, which the pool gives to the caller of the task. */
function endWorker(error: Error): Promise<never> {
  queueMicrotask(() => {
    throw error;
  });
  return new Promise<never>(() => {});
}

/**
 * Encoding: record batches to the bytes of a Parquet file. Rows become Arrow IPC in this thread. What is
 * small is encoded here, too, without a pause; the rest in a thread, so that the program goes on
 * meanwhile. Source: docs/design/parquet-codec.md.
 */
import { IoWriteError, type ObjectKey } from "@crv/core";
import type { PartWriteRequest } from "@crv/storage-trait/parts";
import { RecordBatchStreamWriter } from "apache-arrow";
import type * as Codec from "parquet-wasm";
import { chooseProperties, type EncodeOptions } from "./choose-properties.js";
import type { CodecPool } from "./codec-pool.js";
import { encodeStream } from "./encode-stream.js";
import { notEncoded } from "./part-errors.js";
import { plainBatches } from "./plain-batches.js";

/** Of the rows as Arrow IPC. The encoder needs about twice that of WebAssembly's 4 GiB. */
const ENCODE_BYTES_MAX = 1536 * 1024 * 1024;

/** Rows as Arrow IPC up to which a part is encoded here: it takes less than a thread does to start. */
const INLINE_BYTES_MAX = 256 * 1024;

let loading: Promise<typeof Codec> | undefined;

/** Loaded when the first small part is written: the codec is 5 MB of WebAssembly. */
async function loadCodec(): Promise<typeof Codec> {
  loading ??= import("parquet-wasm");
  return await loading;
}

/**
 * Encodes the rows of `request` as one file.
 *
 * Requires: dictionaries are plain (`withPlainDictionaries`).
 * @throws IoWriteError `LIMIT_EXCEEDED`: the rows are too large for one part. `WRITE_FAILED`.
 *   IoError `CLOSED`; `IO`: no thread could be started.
 */
export async function encodePart(
  request: PartWriteRequest,
  options: EncodeOptions,
  pool: Pick<CodecPool, "encode">,
): Promise<Uint8Array> {
  const { key } = request;
  const properties = chooseProperties(request, options);
  const stream = streamOf(request);
  checkStream(key, stream);
  if (stream.byteLength > INLINE_BYTES_MAX) return await pool.encode(key, { stream, properties });
  const codec = await loadCodec();
  try {
    return encodeStream(codec, stream, properties);
  } catch (cause) {
    throw notEncoded(key, cause);
  }
}

/** The rows as Arrow IPC, in a buffer of their own. */
function streamOf({ batches }: PartWriteRequest): Uint8Array<ArrayBuffer> {
  const stream = RecordBatchStreamWriter.writeAll(plainBatches(batches)).toUint8Array(true);
  const isWhole = stream.byteLength === stream.buffer.byteLength;
  return (isWhole ? stream : stream.slice()) as Uint8Array<ArrayBuffer>;
}

function checkStream(key: ObjectKey, { byteLength }: Uint8Array): void {
  if (byteLength <= ENCODE_BYTES_MAX) return;
  throw new IoWriteError(
    "LIMIT_EXCEEDED",
    `the rows of ${key} take ${byteLength} bytes, at most ${ENCODE_BYTES_MAX}: divide them`,
    { details: { key, sizeBytes: byteLength, max: ENCODE_BYTES_MAX } },
  );
}

/**
 * Encoding: record batches to the bytes of a Parquet file. Rows become Arrow IPC in this thread. What is
 * small is encoded here, too, without a pause; the rest in a thread, so that the program goes on
 * meanwhile. Source: docs/design/parquet-codec.md.
 */
import { IoWriteError, type ObjectKey } from "@crv/core";
import type { PartWriteRequest } from "@crv/storage-trait/parts";
import { type RecordBatch, RecordBatchStreamWriter } from "apache-arrow";
import type * as Codec from "parquet-wasm";
import { chooseProperties, type EncodeOptions } from "./choose-properties.js";
import type { CodecPool } from "./codec-pool.js";
import { encodeStream } from "./encode-stream.js";
import { notEncoded } from "./part-errors.js";
import { plainBatch } from "./plain-batches.js";

/** Of the rows as Arrow IPC. If they are one row group, the encoder needs about twice that of 4 GiB. */
const ENCODE_BYTES_MAX = 1536 * 1024 * 1024;

/** Rows as Arrow IPC up to which a part is encoded here, if it is one row group. */
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
  const streams = () => streamsOf(request, options.rowGroupRows);
  const small = isOneGroup(request, options) ? streams() : undefined;
  if (small?.[0] === undefined || small[0].byteLength > INLINE_BYTES_MAX) {
    const prepare = () => ({ streams: small ?? streams(), properties });
    const { pieces } = await pool.encode(key, prepare);
    return joined(pieces);
  }
  const codec = await loadCodec();
  try {
    return encodeStream(codec, small[0], properties);
  } catch (cause) {
    throw notEncoded(key, cause);
  }
}

function isOneGroup({ batches }: PartWriteRequest, { rowGroupRows }: EncodeOptions): boolean {
  return batches.length === 1 && (batches[0]?.numRows ?? 0) <= rowGroupRows;
}

/** The rows as Arrow IPC streams of one batch each, of at most `rowsMax`. */
function streamsOf({ key, batches }: PartWriteRequest, rowsMax: number): Uint8Array<ArrayBuffer>[] {
  const streams: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  for (const batch of batches) {
    for (let start = 0; start < batch.numRows; start += rowsMax) {
      const stream = streamOf(batch.slice(start, start + rowsMax));
      sizeBytes += stream.byteLength;
      checkSize(key, sizeBytes);
      streams.push(stream);
    }
  }
  return streams;
}

/** In a buffer of its own. */
function streamOf(batch: RecordBatch): Uint8Array<ArrayBuffer> {
  const stream = RecordBatchStreamWriter.writeAll([plainBatch(batch)]).toUint8Array(true);
  const isWhole = stream.byteLength === stream.buffer.byteLength;
  return (isWhole ? stream : stream.slice()) as Uint8Array<ArrayBuffer>;
}

function checkSize(key: ObjectKey, sizeBytes: number): void {
  if (sizeBytes <= ENCODE_BYTES_MAX) return;
  throw new IoWriteError(
    "LIMIT_EXCEEDED",
    `the rows of ${key} take more than ${ENCODE_BYTES_MAX} bytes: divide them`,
    { details: { key, sizeBytes, max: ENCODE_BYTES_MAX } },
  );
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
}

/**
 * Encoding: record batches to the bytes of a Parquet file, in this thread and without a pause. A
 * worker would have to be handed the rows and hand back the bytes, for a third of a second of work
 * per million rows. Source: docs/design/parquet-codec.md.
 */
import { IoWriteError } from "@crv/core";
import type { PartWriteRequest } from "@crv/storage-trait/parts";
import { RecordBatchStreamWriter } from "apache-arrow";
import type * as Codec from "parquet-wasm";
import { plainBatches } from "./plain-batches.js";
import { type EncodeOptions, writerProperties } from "./writer-properties.js";

/** Of the rows as Arrow IPC. The encoder needs about twice that of WebAssembly's 4 GiB. */
const ENCODE_BYTES_MAX = 1536 * 1024 * 1024;

let loading: Promise<typeof Codec> | undefined;

/** Loaded when the first part is written: the codec is 5 MB of WebAssembly. */
async function loadCodec(): Promise<typeof Codec> {
  loading ??= import("parquet-wasm");
  return await loading;
}

/**
 * Encodes the rows of `request` as one file.
 *
 * Requires: dictionaries are plain (`withPlainDictionaries`).
 * @throws IoWriteError `LIMIT_EXCEEDED`: the rows are too large for one part. `WRITE_FAILED`.
 */
export async function encodePart(
  request: PartWriteRequest,
  options: EncodeOptions,
): Promise<Uint8Array> {
  const codec = await loadCodec();
  const { key } = request;
  const stream = RecordBatchStreamWriter.writeAll(plainBatches(request.batches)).toUint8Array(true);
  if (stream.byteLength > ENCODE_BYTES_MAX) {
    throw new IoWriteError(
      "LIMIT_EXCEEDED",
      `the rows of ${key} take ${stream.byteLength} bytes, at most ${ENCODE_BYTES_MAX}: divide them`,
      { details: { key, sizeBytes: stream.byteLength, max: ENCODE_BYTES_MAX } },
    );
  }
  try {
    const table = codec.Table.fromIPCStream(stream);
    return codec.writeParquet(table, writerProperties(codec, request, options));
  } catch (cause) {
    throw new IoWriteError("WRITE_FAILED", `the rows of ${key} could not be encoded`, {
      details: { key },
      cause,
    });
  }
}

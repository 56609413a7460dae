/** Bytes to header. Source: docs/format/safetensors.md, "Header". */
import { SafetensorsError } from "../errors.js";
import { JsonCursor } from "../json/json-cursor.js";
import { decodeUtf8 } from "../json/utf8.js";
import { HEADER_BYTES_MAX, LENGTH_BYTES } from "../limits.js";
import { coverData } from "./cover-data.js";
import type { Entry } from "./entry.js";
import { type Header, type HeaderMode, type HeaderOptions, METADATA_NAME } from "./header.js";
import { article, EntryReader } from "./read-entry.js";
import { readMetadata } from "./read-metadata.js";

/**
 * Length of the header in bytes, from the first 8 bytes of a file, so that only then it is read.
 *
 * @param prefix at least the first 8 bytes, fewer only if the file is shorter
 * @param fileByteLength bytes of the whole file
 * @throws SafetensorsError `HEADER_TOO_SMALL`, `HEADER_TOO_LARGE`, `INVALID_HEADER_LENGTH`, `INVALID_ARGUMENT`
 */
export function decodeHeaderLength(
  prefix: Uint8Array,
  fileByteLength: number,
  { headerBytesMax = HEADER_BYTES_MAX }: HeaderOptions = {},
): number {
  if (!(headerBytesMax >= 0 && headerBytesMax <= HEADER_BYTES_MAX)) {
    throw new SafetensorsError(
      "INVALID_ARGUMENT",
      `headerBytesMax is ${headerBytesMax}: it must be from 0 to ${HEADER_BYTES_MAX}`,
      { headerBytesMax },
    );
  }
  if (fileByteLength < LENGTH_BYTES || prefix.length < LENGTH_BYTES) {
    const actualBytes = Math.min(fileByteLength, prefix.length);
    throw new SafetensorsError(
      "HEADER_TOO_SMALL",
      `a file of ${actualBytes} bytes: the length of the header alone takes ${LENGTH_BYTES}`,
      { actualBytes, missingBytes: LENGTH_BYTES - actualBytes, offset: actualBytes },
    );
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, LENGTH_BYTES);
  const length = view.getBigUint64(0, true);
  if (length > headerBytesMax) {
    throw new SafetensorsError(
      "HEADER_TOO_LARGE",
      `the file says that its header has ${length} bytes, at most ${headerBytesMax} are read`,
      { headerBytes: length, headerBytesMax, offset: 0 },
    );
  }
  const end = LENGTH_BYTES + Number(length);
  if (end > fileByteLength) {
    throw new SafetensorsError(
      "INVALID_HEADER_LENGTH",
      `the file says that its header has ${length} bytes, which end ${end - fileByteLength} bytes after the file`,
      {
        headerBytes: Number(length),
        actualBytes: fileByteLength,
        missingBytes: end - fileByteLength,
        offset: 0,
      },
    );
  }
  return Number(length);
}

/**
 * Reads and checks a header: its form, and that its tensors cover the data exactly.
 *
 * @param bytes the file, or its beginning as far as the end of the header
 * @param fileByteLength bytes of the whole file; those of `bytes` by default
 * @throws SafetensorsError - any code that docs/format/safetensors.md, "Errors" gives for reading
 */
export function decodeHeader(
  bytes: Uint8Array,
  fileByteLength: number = bytes.length,
  options: HeaderOptions = {},
): Header {
  const headerBytes = decodeHeaderLength(bytes, fileByteLength, options);
  const dataOffset = LENGTH_BYTES + headerBytes;
  if (bytes.length < dataOffset) {
    throw new SafetensorsError(
      "SHORT_READ",
      `${bytes.length} bytes were given, the header ends at ${dataOffset}`,
      { actualBytes: bytes.length, expectedBytes: dataOffset, offset: bytes.length },
    );
  }
  const text = decodeUtf8(bytes.subarray(LENGTH_BYTES, dataOffset), "header", LENGTH_BYTES);
  const { metadata, entries } = parseHeader(text, options.mode ?? "strict");
  const dataByteLength = fileByteLength - dataOffset;
  const tensors = coverData(entries, { offset: dataOffset, byteLength: dataByteLength });
  return { dataOffset, dataByteLength, metadata, tensors };
}

interface ParsedHeader {
  readonly metadata: ReadonlyMap<string, string> | undefined;
  readonly entries: ReadonlyMap<string, Entry>;
}

function parseHeader(text: string, mode: HeaderMode): ParsedHeader {
  const cursor = new JsonCursor(text, "file", LENGTH_BYTES);
  const entryReader = new EntryReader(cursor, mode);
  const entries = new Map<string, Entry>();
  let metadata: ReadonlyMap<string, string> | undefined;
  let hasMetadata = false;
  const kind = cursor.peek();
  if (kind === "nothing") throw cursor.unexpected("an object");
  if (kind !== "object") {
    throw cursor.fault("INVALID_HEADER", `the header is ${article(kind)}, not an object`);
  }
  cursor.object((key, keyAt) => {
    if (key === METADATA_NAME) {
      if (hasMetadata) {
        throw cursor.fault("DUPLICATE_NAME", `${METADATA_NAME} is there twice`, keyAt);
      }
      hasMetadata = true;
      metadata = readMetadata(cursor, mode);
      return;
    }
    const { size } = entries;
    entries.set(key, entryReader.read(key));
    if (mode === "strict" && entries.size === size) {
      const message = `tensor ${JSON.stringify(key)} is there twice`;
      throw cursor.fault("DUPLICATE_NAME", message, keyAt, { tensor: key });
    }
  });
  cursor.end();
  return { metadata, entries };
}

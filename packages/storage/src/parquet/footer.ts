/**
 * The frame of a Parquet file: `PAR1`, pages, footer, length of the footer (4 bytes, little-endian),
 * `PAR1`. Checked before the decoder sees a byte.
 */
import type { ObjectKey } from "@crv/core";
import { FOOTER_BYTES_MAX } from "./decode-task.js";
import { corruptPart, partTooLarge } from "./part-errors.js";

const MAGIC = "PAR1";
/** Both magics and the length. */
const FRAME_BYTES = 12;

/**
 * Checks that `bytes` are framed as a Parquet file.
 *
 * @throws IoError `CORRUPT`; `LIMIT_EXCEEDED` for a footer that is too long.
 */
export function checkFrame(path: ObjectKey, bytes: Uint8Array): void {
  if (bytes.byteLength < FRAME_BYTES)
    throw corruptPart(path, `it has only ${bytes.byteLength} bytes`);
  if (textAt(bytes, 0) !== MAGIC || textAt(bytes, bytes.byteLength - 4) !== MAGIC) {
    throw corruptPart(path, "it is not a Parquet file");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const footerBytes = view.getUint32(bytes.byteLength - 8, true);
  if (footerBytes > bytes.byteLength - FRAME_BYTES) {
    throw corruptPart(path, `its footer of ${footerBytes} bytes is longer than the file`);
  }
  if (footerBytes > FOOTER_BYTES_MAX) {
    throw partTooLarge(path, `its footer has ${footerBytes} bytes, at most ${FOOTER_BYTES_MAX}`);
  }
}

function textAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4));
}

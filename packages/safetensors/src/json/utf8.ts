/** Strict UTF-8: a byte order mark is kept (and then no JSON), and an error says where. */
import { SafetensorsError } from "../errors.js";

/**
 * @param base offset of `bytes` in the file, for the error
 * @throws SafetensorsError `INVALID_UTF8`
 */
export function decodeUtf8(bytes: Uint8Array, what: string, base: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const at = firstInvalid(bytes);
    const hex = (bytes[at] ?? 0).toString(16).padStart(2, "0");
    throw new SafetensorsError(
      "INVALID_UTF8",
      `the ${what} is not UTF-8: byte 0x${hex} at offset ${base + at}`,
      { offset: base + at, byte: bytes[at] },
      { cause },
    );
  }
}

/** Index of the first byte of the first sequence that is not UTF-8 (Unicode, table 3-7). */
function firstInvalid(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return at;
}

/** Bytes of the sequence at `at`; 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const second = bytes[at + 1] ?? 0;
  const secondMin = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const secondLast = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < secondMin || second > secondLast) return 0;
  for (let next = 2; next < length; next++) {
    if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

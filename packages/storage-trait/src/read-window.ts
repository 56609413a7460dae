/** The part of an object that a `get` gives, decided before anything is allocated. */
import { IoError, type ObjectKey, show } from "@crv/core";

export interface GetOptions {
  /** A larger object, or range of one, is `LIMIT_EXCEEDED`, before anything is allocated. */
  readonly sizeBytesMax: number;
  /** `[start, end)` in bytes; beyond the end it is cut off. Default: the whole object. */
  readonly range?: { readonly start: number; readonly end: number };
  /** A hint: where the bytes may be put, if they are as many. A store may return another array. */
  readonly into?: Uint8Array;
}

/** `[start, end)` in bytes. */
export interface ReadWindow {
  readonly start: number;
  readonly end: number;
}

/**
 * @param sizeBytes Size of the object as it is stored.
 * @throws IoError `INVALID_ARGUMENT` for a range that is no range; `LIMIT_EXCEEDED`.
 */
export function readWindow(
  key: ObjectKey,
  sizeBytes: number,
  { range, sizeBytesMax }: GetOptions,
): ReadWindow {
  const { start, end } = range ?? { start: 0, end: sizeBytes };
  if (!(isOffset(start) && isOffset(end) && start <= end)) {
    throw new IoError(
      "INVALID_ARGUMENT",
      `range ${show(range)} of ${key} is none: give whole numbers with 0 <= start <= end`,
      { details: { key, range } },
    );
  }
  const cut = { start: Math.min(start, sizeBytes), end: Math.min(end, sizeBytes) };
  const wantedBytes = cut.end - cut.start;
  if (!(wantedBytes <= sizeBytesMax)) {
    throw new IoError(
      "LIMIT_EXCEEDED",
      `${key}: ${wantedBytes} bytes are more than the ${sizeBytesMax} allowed; it is damaged, or was not written by crv`,
      { details: { key, sizeBytes: wantedBytes, sizeBytesMax } },
    );
  }
  return cut;
}

function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

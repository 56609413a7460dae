/** Reads many ranges of a source into one array. */
import { type RangeReader, type ReadOptions, readExactly } from "./range-reader.js";
import type { ByteRange } from "./slice.js";

export interface GatherOptions extends ReadOptions {
  /**
   * Ranges with at most this many unwanted bytes between them are read as one. 0 by default: only the
   * asked bytes are read. Raise it where a call costs more than bytes do, as over HTTP.
   */
  readonly gapBytesMax?: number;
}

/** Bytes of one read that spans gaps. */
const SPAN_BYTES_MAX = 16 * 1024 * 1024;

/**
 * @param base byte of the source at which the ranges count from
 * @param byteLength sum of the ranges; allocated at once
 */
export async function readRanges(
  source: RangeReader,
  ranges: Iterable<ByteRange>,
  base: number,
  byteLength: number,
  { signal, gapBytesMax = 0 }: GatherOptions,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(byteLength);
  const options = signal === undefined ? {} : { signal };
  let filled = 0;
  for (const span of spansOf(ranges, gapBytesMax)) {
    const { begin, end } = boundsOf(span);
    const read = await readExactly(source, base + begin, base + end, options);
    for (const range of span) {
      bytes.set(read.subarray(range.begin - begin, range.end - begin), filled);
      filled += range.end - range.begin;
    }
  }
  return bytes;
}

/** Groups neighbours. */
function* spansOf(ranges: Iterable<ByteRange>, gapBytesMax: number): Generator<ByteRange[]> {
  let span: ByteRange[] = [];
  for (const range of ranges) {
    if (span.length > 0) {
      const { begin, end } = boundsOf(span);
      const isNear = range.begin - end <= gapBytesMax;
      if (!isNear || range.end - begin > SPAN_BYTES_MAX) {
        yield span;
        span = [];
      }
    }
    span.push(range);
  }
  if (span.length > 0) yield span;
}

function boundsOf(span: readonly ByteRange[]): ByteRange {
  return { begin: span[0]?.begin ?? 0, end: span.at(-1)?.end ?? 0 };
}

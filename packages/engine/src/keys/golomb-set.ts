/**
 * A Golomb-Rice coded set: ascending integers as the differences between them, each in as many zeros
 * as it has multiples of 2^REMAINDER_BITS, a one, and the remainder. Pure.
 * Source: docs/format/key-filter.md, "Code".
 */

/** Bits of a difference that are written as they are. */
export const REMAINDER_BITS = 20;

const REMAINDERS = 2 ** REMAINDER_BITS;

/** Codes `values`: ascending, at least 0, each below `limit`. */
export function encodeSet(values: Float64Array): Uint8Array {
  const last = values[values.length - 1] ?? 0;
  const bitsMax = values.length * (REMAINDER_BITS + 1) + Math.floor(last / REMAINDERS);
  const bytes = new Uint8Array(Math.ceil(bitsMax / 8));
  let bit = 0;
  let before = 0;
  for (const value of values) {
    const difference = value - before;
    before = value;
    bit += Math.floor(difference / REMAINDERS);
    // The one that ends the zeros stands just above the remainder.
    writeBits(bytes, bit, REMAINDERS + (difference % REMAINDERS), REMAINDER_BITS + 1);
    bit += REMAINDER_BITS + 1;
  }
  return bytes.subarray(0, Math.ceil(bit / 8));
}

/**
 * The `count` values in `bytes`, ascending.
 *
 * Undefined when the bytes, whatever they are, are not those of so many values below `limit`. Nothing
 * is allocated that is not in proportion to them.
 */
export function decodeSet(
  bytes: Uint8Array,
  count: number,
  limit: number,
): Float64Array | undefined {
  const bits = 8 * bytes.byteLength;
  if (count * (REMAINDER_BITS + 1) > bits) return undefined;
  const values = new Float64Array(count);
  let bit = 0;
  let value = 0;
  for (let i = 0; i < count; i++) {
    for (; bit < bits && !getBit(bytes, bit); bit++) value += REMAINDERS;
    bit += 1;
    if (bit + REMAINDER_BITS > bits) return undefined;
    value += readBits(bytes, bit, REMAINDER_BITS);
    bit += REMAINDER_BITS;
    if (value >= limit) return undefined;
    values[i] = value;
  }
  // What follows would be more than the padding of the last byte.
  return Math.ceil(bit / 8) === bytes.byteLength ? values : undefined;
}

/** At most 25 bits, the first one highest, into bytes that are 0 there. */
function writeBits(bytes: Uint8Array, bit: number, value: number, count: number): void {
  const word = value << (32 - count - (bit & 7));
  const at = bit >>> 3;
  for (let i = 0; i < 4; i++) {
    const byte = (word >>> (24 - 8 * i)) & 0xff;
    if (byte !== 0) bytes[at + i] = (bytes[at + i] as number) | byte;
  }
}

function getBit(bytes: Uint8Array, bit: number): boolean {
  return ((bytes[bit >>> 3] as number) & (0x80 >>> (bit & 7))) !== 0;
}

/** At most 25 bits, the first one highest. */
function readBits(bytes: Uint8Array, bit: number, count: number): number {
  const at = bit >>> 3;
  const word =
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0);
  return (word << (bit & 7)) >>> (32 - count);
}

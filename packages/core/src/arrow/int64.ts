/**
 * int64 without BigInt. Ticks, and most other integers, fit a number: reading and writing them as
 * two 32-bit words avoids one BigInt per value, which would be the largest cost of a batch.
 */

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
const LOW = IS_LITTLE_ENDIAN ? 0 : 1;
const HIGH = 1 - LOW;
const WORD = 2 ** 32;

/** The 32-bit words of `values`, over the same memory. */
export function wordsOf(values: BigInt64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}

/** Requires: `value` is a safe integer. */
export function writeInt64(words: Int32Array, index: number, value: number): void {
  // Stores of a typed array are modulo 2^32, so the low word needs no masking.
  words[2 * index + LOW] = value;
  words[2 * index + HIGH] = Math.floor(value / WORD);
}

/** Exact when the stored value is a safe integer, otherwise the nearest number. */
export function readInt64(words: Int32Array, index: number): number {
  return (words[2 * index + HIGH] as number) * WORD + ((words[2 * index + LOW] as number) >>> 0);
}

/** Files are little-endian; most hosts are too. */

/** Whether this host stores the lowest byte first. */
export const IS_LITTLE_ENDIAN: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** A copy in which the bytes of each value of `size` bytes are reversed. */
export function withSwappedBytes(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const swapped = new Uint8Array(bytes);
  for (let begin = 0; begin < swapped.length; begin += size) {
    swapped.subarray(begin, begin + size).reverse();
  }
  return swapped;
}

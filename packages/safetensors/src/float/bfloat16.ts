/** BF16: the upper half of a float32. */

/** What any NaN becomes, as in torch. */
const NAN = 0xffff;

/** The pattern nearest to the float32 of these bits; ties to even. */
export function encodeBfloat16(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return NAN;
  const isOdd = (bits >>> 16) & 1;
  return ((bits >>> 0) + 0x7fff + isOdd) >>> 16;
}

/** The float32 bits of a pattern's value. */
export function decodeBfloat16(pattern: number): number {
  return pattern << 16;
}

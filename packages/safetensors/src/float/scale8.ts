/** F8_E8M0: a power of two, 2^(pattern - 127). Neither zero nor negative values; 0xff is NaN. */

const NAN = 0xff;

/**
 * The nearest power of two to the float32 of these bits, the larger one at equal distance; between the
 * two smallest always the larger. Zero, and what is smaller than all, becomes the smallest; negative values, infinities and NaN become NaN.
 */
export function encodeScale8(bits: number): number {
  const absolute = bits & 0x7fffffff;
  const isNegative = bits >>> 31 === 1 && absolute !== 0;
  if (isNegative || absolute >= 0x7f800000) return NAN;
  const exponent = absolute >>> 23;
  const mantissa = absolute & 0x7fffff;
  // Subnormal: up from anything above 2^-127, which is pattern 0. Not the nearest, but what torch does.
  if (exponent === 0) return mantissa > 0x400000 ? 1 : 0;
  return mantissa >= 0x400000 ? exponent + 1 : exponent;
}

/** The float32 bits of a pattern's value. */
export function decodeScale8(pattern: number): number {
  if (pattern === NAN) return 0x7fc00000;
  return pattern === 0 ? 0x400000 : pattern << 23; // 2^-127 is subnormal
}

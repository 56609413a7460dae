/**
 * Floats of 16 and 8 bits, to and from the 32 bits of a float32. Encoding rounds to the nearest value,
 * ties to the even pattern; decoding is exact. Source: docs/format/safetensors.md, "Conversions".
 */

/** How a small float uses its bits. */
export interface SmallFloat {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /** Largest pattern of a finite value, without sign. */
  readonly finiteMax: number;
  /** What becomes of values beyond it, and of infinities; without sign if `isSigned`. */
  readonly overflow: number;
  /** The pattern of NaN; without sign if `isSigned`. */
  readonly nan: number;
  /** Whether -0, NaN and overflow have a sign; if not, there is one zero and one NaN. */
  readonly isSigned: boolean;
}

export const FLOAT16: SmallFloat = {
  exponentBits: 5,
  mantissaBits: 10,
  bias: 15,
  finiteMax: 0x7bff,
  overflow: 0x7c00,
  nan: 0x7e00,
  isSigned: true,
};

/** With infinities, as in IEEE 754. */
export const FLOAT8_E5M2: SmallFloat = {
  exponentBits: 5,
  mantissaBits: 2,
  bias: 15,
  finiteMax: 0x7b,
  overflow: 0x7c,
  nan: 0x7f,
  isSigned: true,
};

/** Without infinities: what does not fit is NaN. */
export const FLOAT8_E4M3: SmallFloat = {
  exponentBits: 4,
  mantissaBits: 3,
  bias: 7,
  finiteMax: 0x7e,
  overflow: 0x7f,
  nan: 0x7f,
  isSigned: true,
};

export const FLOAT8_E4M3FNUZ: SmallFloat = {
  exponentBits: 4,
  mantissaBits: 3,
  bias: 8,
  finiteMax: 0x7f,
  overflow: 0x80,
  nan: 0x80,
  isSigned: false,
};

export const FLOAT8_E5M2FNUZ: SmallFloat = {
  exponentBits: 5,
  mantissaBits: 2,
  bias: 16,
  finiteMax: 0x7f,
  overflow: 0x80,
  nan: 0x80,
  isSigned: false,
};

const F32_SIGN = 0x80000000;
const F32_INFINITY = 0x7f800000;
const F32_NAN = 0x7fc00000;

/** The pattern nearest to the float32 of these bits. */
export function encodeSmallFloat(format: SmallFloat, bits: number): number {
  const { exponentBits, mantissaBits, bias, isSigned } = format;
  const signBit = 1 << (exponentBits + mantissaBits);
  const sign = bits >>> 31 === 0 ? 0 : signBit;
  const absolute = bits & 0x7fffffff;
  if (absolute > F32_INFINITY) {
    if (!isSigned) return format.nan;
    // In 16 bits the upper bits of the payload are kept, as the hardware does.
    return sign | format.nan | (mantissaBits === 10 ? (absolute & 0x7fffff) >>> 13 : 0);
  }
  const magnitude = roundedMagnitude(absolute, mantissaBits, bias);
  if (magnitude > format.finiteMax) return isSigned ? sign | format.overflow : format.overflow;
  return magnitude === 0 && !isSigned ? 0 : sign | magnitude;
}

/** Exponent and mantissa of the nearest value, ties to even; may be beyond the largest. */
function roundedMagnitude(absolute: number, mantissaBits: number, bias: number): number {
  const f32Exponent = Math.max(absolute >>> 23, 1);
  const significand = absolute < 0x800000 ? absolute : (absolute & 0x7fffff) | 0x800000;
  const exponent = f32Exponent - 127;
  const exponentMin = 1 - bias;
  const isNormal = exponent >= exponentMin;
  const dropped = 23 - mantissaBits + (isNormal ? 0 : exponentMin - exponent);
  if (dropped > 24) return 0; // less than half of the smallest value
  const half = 1 << (dropped - 1);
  const kept = significand >>> dropped;
  const rest = significand & (2 * half - 1);
  const rounded = rest > half || (rest === half && kept % 2 === 1) ? kept + 1 : kept;
  // Rounding up may carry into the exponent, which is what it should do.
  return isNormal ? ((exponent + bias - 1) << mantissaBits) + rounded : rounded;
}

/** The float32 bits of a pattern's value. */
export function decodeSmallFloat(format: SmallFloat, pattern: number): number {
  const { exponentBits, mantissaBits, bias, isSigned } = format;
  const signBit = 1 << (exponentBits + mantissaBits);
  const magnitude = pattern & (signBit - 1);
  const sign = (pattern & signBit) === 0 ? 0 : F32_SIGN;
  if (!isSigned && pattern === format.nan) return F32_NAN;
  if (isSigned && magnitude > format.finiteMax) {
    const isInfinite = magnitude === format.overflow && format.overflow !== format.nan;
    return sign | (isInfinite ? F32_INFINITY : F32_NAN);
  }
  const exponent = magnitude >>> mantissaBits;
  const mantissa = magnitude & ((1 << mantissaBits) - 1);
  if (exponent > 0) {
    return sign | ((exponent - bias + 127) << 23) | (mantissa << (23 - mantissaBits));
  }
  if (mantissa === 0) return sign;
  // Subnormal here, normal as float32: the highest bit becomes the implied one.
  const highest = 31 - Math.clz32(mantissa);
  const f32Exponent = highest + 1 - bias - mantissaBits + 127;
  return sign | (f32Exponent << 23) | ((mantissa << (23 - highest)) & 0x7fffff);
}

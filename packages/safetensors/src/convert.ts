/** Conversions between float32 and the smaller floats. Source: docs/format/safetensors.md, "Conversions". */
import { type CarrierByDtype, checkDtype, type Dtype } from "./dtype.js";
import { SafetensorsError } from "./errors.js";
import { decodeBfloat16, encodeBfloat16 } from "./float/bfloat16.js";
import { decodeScale8, encodeScale8 } from "./float/scale8.js";
import {
  decodeSmallFloat,
  encodeSmallFloat,
  FLOAT8_E4M3,
  FLOAT8_E4M3FNUZ,
  FLOAT8_E5M2,
  FLOAT8_E5M2FNUZ,
  FLOAT16,
  type SmallFloat,
} from "./float/small-float.js";
import type { Tensor, TensorOf } from "./tensor.js";

/** Dtypes that convert to float32 and back. */
export type ConvertibleDtype =
  | "F32"
  | "F16"
  | "BF16"
  | "F8_E4M3"
  | "F8_E5M2"
  | "F8_E8M0"
  | "F8_E4M3FNUZ"
  | "F8_E5M2FNUZ";

interface Conversion {
  /** Pattern to the bits of a float32. */
  readonly decode: (pattern: number) => number;
  /** Bits of a float32 to the nearest pattern. */
  readonly encode: (bits: number) => number;
}

const CONVERSIONS: Readonly<Record<Exclude<ConvertibleDtype, "F32">, Conversion>> = {
  F16: conversionOf(FLOAT16),
  BF16: { decode: decodeBfloat16, encode: encodeBfloat16 },
  F8_E4M3: conversionOf(FLOAT8_E4M3),
  F8_E5M2: conversionOf(FLOAT8_E5M2),
  F8_E8M0: { decode: decodeScale8, encode: encodeScale8 },
  F8_E4M3FNUZ: conversionOf(FLOAT8_E4M3FNUZ),
  F8_E5M2FNUZ: conversionOf(FLOAT8_E5M2FNUZ),
};

function conversionOf(format: SmallFloat): Conversion {
  return {
    decode: (pattern) => decodeSmallFloat(format, pattern),
    encode: (bits) => encodeSmallFloat(format, bits),
  };
}

/**
 * The values of a tensor as float32. Exact: every value of these dtypes is one of float32.
 *
 * @returns a new array, but for F32: then the tensor's own
 * @throws SafetensorsError `UNSUPPORTED_DTYPE`
 */
export function toFloat32({ dtype, data }: Pick<Tensor, "dtype" | "data">): Float32Array {
  if (dtype === "F32") return data as Float32Array;
  const { decode } = checkConvertible(dtype);
  const patterns = data as Uint8Array | Uint16Array;
  const values = new Float32Array(patterns.length);
  const bits = new Uint32Array(values.buffer);
  for (let at = 0; at < patterns.length; at++) bits[at] = decode(patterns[at] as number);
  return values;
}

/**
 * The nearest patterns to float32 values: ties to even; what is too large becomes infinity, or NaN in
 * the dtypes that have none.
 *
 * @returns a new array, but for F32: then `values` itself
 * @throws SafetensorsError `UNSUPPORTED_DTYPE`
 */
export function fromFloat32<D extends ConvertibleDtype>(
  dtype: D,
  values: Float32Array,
): CarrierByDtype[D];
export function fromFloat32(
  dtype: ConvertibleDtype,
  values: Float32Array,
): Float32Array | Uint16Array | Uint8Array {
  if (dtype === "F32") return values;
  const { encode } = checkConvertible(dtype);
  // By bits: reading a NaN as a number may lose its sign.
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const isWide = dtype === "F16" || dtype === "BF16";
  const patterns = isWide ? new Uint16Array(bits.length) : new Uint8Array(bits.length);
  for (let at = 0; at < bits.length; at++) patterns[at] = encode(bits[at] as number);
  return patterns;
}

/**
 * The same tensor in another dtype, by way of float32.
 *
 * @throws SafetensorsError `UNSUPPORTED_DTYPE`
 */
export function convertTensor<D extends ConvertibleDtype>(tensor: Tensor, dtype: D): TensorOf<D> {
  if (tensor.dtype === (dtype as Dtype)) return tensor as TensorOf<D>;
  return { dtype, shape: tensor.shape, data: fromFloat32(dtype, toFloat32(tensor)) };
}

function checkConvertible(dtype: Dtype): Conversion {
  checkDtype(dtype);
  const conversion = (CONVERSIONS as Partial<Record<Dtype, Conversion>>)[dtype];
  if (conversion !== undefined) return conversion;
  throw new SafetensorsError(
    "UNSUPPORTED_DTYPE",
    `${dtype} does not convert to float32: F32, ${Object.keys(CONVERSIONS).join(", ")} do`,
    { dtype },
  );
}

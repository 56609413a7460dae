/** How many values a shape has, and how many bytes they take. Source: docs/format/safetensors.md, "Data". */
import { bitsOf, type Dtype } from "./dtype.js";
import { SafetensorsError } from "./errors.js";

const U64_MAX = 2n ** 64n - 1n;

export interface Extent {
  readonly elementCount: number;
  readonly byteLength: number;
}

/**
 * Values and bytes of a tensor. The product is taken from the left and must fit in 64 bits at every
 * step, as in the reference: `[2^63, 2, 0]` overflows although it has no values.
 *
 * @throws SafetensorsError `OVERFLOW`, `MISALIGNED`, `UNSAFE_INTEGER`
 */
export function extentOf(
  tensor: string,
  dtype: Dtype,
  shape: readonly (number | bigint)[],
): Extent {
  const bits = bitsOf(dtype);
  let elementCount = 1;
  for (const dimension of shape) {
    if (typeof dimension === "bigint") return wideExtentOf(tensor, dtype, shape);
    elementCount *= dimension;
    if (elementCount > Number.MAX_SAFE_INTEGER) return wideExtentOf(tensor, dtype, shape);
  }
  const bitCount = elementCount * bits;
  if (bitCount > Number.MAX_SAFE_INTEGER) return wideExtentOf(tensor, dtype, shape);
  if (bitCount % 8 !== 0) throw misaligned(tensor, dtype, shape, bitCount % 8);
  return { elementCount, byteLength: bitCount / 8 };
}

/** The same beyond 2^53. */
function wideExtentOf(tensor: string, dtype: Dtype, shape: readonly (number | bigint)[]): Extent {
  const bits = BigInt(bitsOf(dtype));
  let product = 1n;
  for (const dimension of shape) {
    product *= BigInt(dimension);
    if (product > U64_MAX) throw overflow(tensor, dtype, shape);
  }
  const bitCount = product * bits;
  if (bitCount > U64_MAX) throw overflow(tensor, dtype, shape);
  if (bitCount % 8n !== 0n) throw misaligned(tensor, dtype, shape, Number(bitCount % 8n));
  const byteLength = Number(bitCount / 8n);
  const elementCount = Number(product);
  if (!Number.isSafeInteger(byteLength) || !Number.isSafeInteger(elementCount)) {
    throw new SafetensorsError(
      "UNSAFE_INTEGER",
      `tensor ${JSON.stringify(tensor)}: ${dtype} [${shape.join(", ")}] has ${product} values, beyond 2^53-1`,
      { tensor, dtype, shape },
    );
  }
  return { elementCount, byteLength };
}

function overflow(tensor: string, dtype: Dtype, shape: readonly (number | bigint)[]): Error {
  return new SafetensorsError(
    "OVERFLOW",
    `tensor ${JSON.stringify(tensor)}: the size of ${dtype} [${shape.join(", ")}] does not fit in 64 bits`,
    { tensor, dtype, shape },
  );
}

function misaligned(
  tensor: string,
  dtype: Dtype,
  shape: readonly (number | bigint)[],
  excessBits: number,
): Error {
  return new SafetensorsError(
    "MISALIGNED",
    `tensor ${JSON.stringify(tensor)}: ${dtype} [${shape.join(", ")}] ends ${excessBits} bits into a byte`,
    { tensor, dtype, shape, excessBits },
  );
}

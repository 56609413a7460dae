/** The 22 dtypes: their names, widths and JavaScript carriers. Source: docs/format/safetensors.md, "Dtypes". */
import { SafetensorsError } from "./errors.js";

/**
 * The array that holds the values of a dtype. F16, BF16 and F8 are carried as their bits; F4 and F6 as packed
 * bytes; C64 as real and imaginary parts in turn; BOOL as bytes, of which any but 0 counts as true.
 */
export interface CarrierByDtype {
  BOOL: Uint8Array;
  F4: Uint8Array;
  F6_E2M3: Uint8Array;
  F6_E3M2: Uint8Array;
  U8: Uint8Array;
  I8: Int8Array;
  F8_E5M2: Uint8Array;
  F8_E4M3: Uint8Array;
  F8_E8M0: Uint8Array;
  F8_E4M3FNUZ: Uint8Array;
  F8_E5M2FNUZ: Uint8Array;
  I16: Int16Array;
  U16: Uint16Array;
  F16: Uint16Array;
  BF16: Uint16Array;
  I32: Int32Array;
  U32: Uint32Array;
  F32: Float32Array;
  C64: Float32Array;
  F64: Float64Array;
  I64: BigInt64Array;
  U64: BigUint64Array;
}

export type Dtype = keyof CarrierByDtype;
export type Carrier = CarrierByDtype[Dtype];

interface CarrierConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Carrier;
}

interface DtypeFacts {
  /** Bits of one value. */
  readonly bits: number;
  readonly carrier: CarrierConstructor;
}

const FACTS: Readonly<Record<Dtype, DtypeFacts>> = {
  BOOL: { bits: 8, carrier: Uint8Array },
  F4: { bits: 4, carrier: Uint8Array },
  F6_E2M3: { bits: 6, carrier: Uint8Array },
  F6_E3M2: { bits: 6, carrier: Uint8Array },
  U8: { bits: 8, carrier: Uint8Array },
  I8: { bits: 8, carrier: Int8Array },
  F8_E5M2: { bits: 8, carrier: Uint8Array },
  F8_E4M3: { bits: 8, carrier: Uint8Array },
  F8_E8M0: { bits: 8, carrier: Uint8Array },
  F8_E4M3FNUZ: { bits: 8, carrier: Uint8Array },
  F8_E5M2FNUZ: { bits: 8, carrier: Uint8Array },
  I16: { bits: 16, carrier: Int16Array },
  U16: { bits: 16, carrier: Uint16Array },
  F16: { bits: 16, carrier: Uint16Array },
  BF16: { bits: 16, carrier: Uint16Array },
  I32: { bits: 32, carrier: Int32Array },
  U32: { bits: 32, carrier: Uint32Array },
  F32: { bits: 32, carrier: Float32Array },
  C64: { bits: 64, carrier: Float32Array },
  F64: { bits: 64, carrier: Float64Array },
  I64: { bits: 64, carrier: BigInt64Array },
  U64: { bits: 64, carrier: BigUint64Array },
};

/** All dtypes, in the order by which the reference sorts them. */
export const DTYPES: readonly Dtype[] = Object.freeze(Object.keys(FACTS) as Dtype[]);

const RANKS: ReadonlyMap<string, number> = new Map(DTYPES.map((dtype, rank) => [dtype, rank]));

/** Whether `text` is a dtype, exactly as written: case counts. */
export function isDtype(text: unknown): text is Dtype {
  return typeof text === "string" && RANKS.has(text);
}

/** Place in `DTYPES`. */
export function rankOf(dtype: Dtype): number {
  return RANKS.get(dtype) as number;
}

/** Bits of one value: 4, 6, 8, 16, 32 or 64. */
export function bitsOf(dtype: Dtype): number {
  return FACTS[dtype].bits;
}

/** Constructor of the dtype's array. */
export function carrierOf(dtype: Dtype): CarrierConstructor {
  return FACTS[dtype].carrier;
}

/** @throws SafetensorsError `INVALID_ARGUMENT` - no dtype of that name */
export function checkDtype(dtype: unknown, tensor?: string): asserts dtype is Dtype {
  if (isDtype(dtype)) return;
  const whose = tensor === undefined ? "" : ` of tensor ${JSON.stringify(tensor)}`;
  throw new SafetensorsError(
    "INVALID_ARGUMENT",
    `dtype ${JSON.stringify(dtype)}${whose} is none of ${DTYPES.join(", ")}`,
    { dtype, ...(tensor !== undefined && { tensor }) },
  );
}

/** Tensors in memory: a dtype, a shape, and a typed array of the values in row-major order. */
import { IS_LITTLE_ENDIAN, withSwappedBytes } from "./byte-order.js";
import { type Carrier, type CarrierByDtype, carrierOf, checkDtype, type Dtype } from "./dtype.js";
import { SafetensorsError } from "./errors.js";
import { extentOf } from "./shape.js";

/** A tensor of one dtype. */
export interface TensorOf<D extends Dtype> {
  readonly dtype: D;
  /** Dimensions, outermost first; `[]` is a scalar. */
  readonly shape: readonly number[];
  /**
   * The values, row-major. The array of the dtype: see `CarrierByDtype`. It may be a view of memory that
   * others see too; copy it before you write to it.
   */
  readonly data: CarrierByDtype[D];
}

/** A tensor of any dtype; comparing `dtype` tells the type of `data`. */
export type Tensor = { [D in Dtype]: TensorOf<D> }[Dtype];

/**
 * What can be written as the data of a tensor: the array of its dtype, or its bytes as they stand in
 * files (little-endian). A Float16Array does for F16.
 */
export type TensorData = Carrier | Uint8Array | TypedArrayOf<"Float16Array">;

interface TypedArrayOf<Tag extends string> extends ArrayBufferView {
  readonly [Symbol.toStringTag]: Tag;
}

/**
 * The tensor that `bytes`, as they stand in a file, hold: a view of them where they are aligned for the
 * dtype's array, else of a copy.
 *
 * @param bytes exactly the tensor's
 */
export function tensorFromBytes(dtype: Dtype, shape: readonly number[], bytes: Uint8Array): Tensor {
  const CarrierArray = carrierOf(dtype);
  const size = CarrierArray.BYTES_PER_ELEMENT;
  const isViewable = bytes.byteOffset % size === 0 && (IS_LITTLE_ENDIAN || size === 1);
  const source = isViewable
    ? bytes
    : IS_LITTLE_ENDIAN
      ? new Uint8Array(bytes)
      : withSwappedBytes(bytes, size);
  const data = new CarrierArray(source.buffer, source.byteOffset, source.byteLength / size);
  return { dtype, shape, data } as Tensor;
}

/**
 * The bytes of `data` as they stand in a file; a view of them where the host is little-endian.
 *
 * @throws SafetensorsError `INVALID_TENSOR` - another array than the dtype's, or of another length
 */
export function bytesOfData(
  name: string,
  dtype: Dtype,
  shape: readonly number[],
  data: TensorData,
): Uint8Array {
  checkDtype(dtype, name);
  const CarrierArray = carrierOf(dtype);
  const tag = ArrayBuffer.isView(data) ? Object.prototype.toString.call(data).slice(8, -1) : "";
  const isCarrier = data instanceof CarrierArray || (dtype === "F16" && tag === "Float16Array");
  if (!isCarrier && !(data instanceof Uint8Array)) {
    const found = tag === "" ? typeof data : tag;
    throw new SafetensorsError(
      "INVALID_TENSOR",
      `tensor ${JSON.stringify(name)}: ${dtype} is written from ${CarrierArray.name} or the bytes, not from ${found}`,
      { tensor: name, dtype, found },
    );
  }
  const { byteLength } = extentOf(name, dtype, shape);
  checkLength(name, byteLength, data.byteLength);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const size = CarrierArray.BYTES_PER_ELEMENT;
  return IS_LITTLE_ENDIAN || !isCarrier || size === 1 ? bytes : withSwappedBytes(bytes, size);
}

/** @throws SafetensorsError `INVALID_TENSOR` */
export function checkLength(name: string, expectedBytes: number, actualBytes: number): void {
  if (expectedBytes === actualBytes) return;
  const distance = Math.abs(expectedBytes - actualBytes);
  throw new SafetensorsError(
    "INVALID_TENSOR",
    `tensor ${JSON.stringify(name)}: its dtype and shape take ${expectedBytes} bytes, its data have ${actualBytes}, ` +
      `${distance} too ${actualBytes < expectedBytes ? "few" : "many"}`,
    { tensor: name, expectedBytes, actualBytes },
  );
}

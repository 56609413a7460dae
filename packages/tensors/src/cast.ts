/** Casts of the tensors of a batch to one dtype, as they are written or read. */
import { IoError } from "@crv/core";
import {
  type ConvertibleDtype,
  convertTensor,
  streamSafetensors,
  type Tensor,
  type TensorInput,
  tensorFromBytes,
} from "@crv/safetensors";
import { writeError } from "./tensor-errors.js";
import type { AnyTensorInput } from "./tensor-input.js";

export interface CastOptions {
  /**
   * Tensors of F32 and the smaller floats are converted to it, to the nearest value. Those of other
   * dtypes (integers, BOOL, F64, …) stay as they are.
   */
  readonly dtype?: ConvertibleDtype;
}

const CONVERTIBLE: ReadonlySet<string> = new Set<ConvertibleDtype>([
  "F32",
  "F16",
  "BF16",
  "F8_E4M3",
  "F8_E5M2",
  "F8_E8M0",
  "F8_E4M3FNUZ",
  "F8_E5M2FNUZ",
]);

/** @throws IoError `INVALID_ARGUMENT` for a dtype that nothing is converted to. */
export function castTensor(tensor: Tensor, dtype: ConvertibleDtype | undefined): Tensor {
  if (dtype === undefined) return tensor;
  checkTarget(dtype);
  return CONVERTIBLE.has(tensor.dtype) ? (convertTensor(tensor, dtype) as Tensor) : tensor;
}

/**
 * The tensors to be written, in `dtype`.
 *
 * @param what For messages.
 * @throws IoSchemaError `INVALID_ARGUMENT` for tensors that cannot be written. IoError likewise for a
 *   dtype that nothing is converted to, and for a stream that would have to be converted.
 */
export function castInputs(
  what: string,
  tensors: ReadonlyMap<string, AnyTensorInput>,
  dtype: ConvertibleDtype | undefined,
): ReadonlyMap<string, AnyTensorInput> {
  if (dtype === undefined) return tensors;
  checkTarget(dtype);
  try {
    streamSafetensors(tensors);
  } catch (error) {
    throw writeError(what, error);
  }
  return new Map([...tensors].map(([name, input]) => [name, castInput(what, name, input, dtype)]));
}

function castInput(
  what: string,
  name: string,
  input: AnyTensorInput,
  dtype: ConvertibleDtype,
): AnyTensorInput {
  if (input.dtype === dtype || !CONVERTIBLE.has(input.dtype)) return input;
  if ("data" in input) {
    return convertTensor(asTensor(input), dtype);
  }
  throw new IoError(
    "INVALID_ARGUMENT",
    `tensor ${JSON.stringify(name)} of ${what} is a stream of ${input.dtype}: give it in ${dtype}, or without the option dtype`,
    { details: { what, tensor: name, dtype: input.dtype, asked: dtype } },
  );
}

/** Its data as the array of its dtype. Requires: it can be written. */
function asTensor({ dtype, shape, data }: TensorInput): Tensor {
  if (data instanceof Uint8Array) return tensorFromBytes(dtype, shape, data);
  const { buffer, byteOffset, byteLength } = data;
  // A Float16Array is no array of its dtype: its bits are.
  const carrier = dtype === "F16" ? new Uint16Array(buffer, byteOffset, byteLength / 2) : data;
  return { dtype, shape, data: carrier } as Tensor;
}

function checkTarget(dtype: string): void {
  if (CONVERTIBLE.has(dtype)) return;
  throw new IoError(
    "INVALID_ARGUMENT",
    `dtype must be one of ${[...CONVERTIBLE].join(", ")} (got: ${dtype})`,
    { details: { what: "dtype", value: dtype } },
  );
}

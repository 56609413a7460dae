/** A whole file that is in memory already. */
import { decodeHeader } from "./header/decode-header.js";
import type { HeaderOptions } from "./header/header.js";
import { type Tensor, tensorFromBytes } from "./tensor.js";

/** What a file holds. */
export interface DecodedSafetensors {
  /** `__metadata__`; undefined when the file has none. */
  readonly metadata: ReadonlyMap<string, string> | undefined;
  /** Tensors by name, in the order of their data. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Reads a whole file at once. A tensor is a view of `bytes` where it is aligned for its array, else a
 * copy: of files of the reference all are views if `bytes` itself begins at a multiple of 8.
 *
 * @throws SafetensorsError - any code that docs/format/safetensors.md, "Errors" gives for reading
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  options: HeaderOptions = {},
): DecodedSafetensors {
  const { dataOffset, metadata, tensors: infos } = decodeHeader(bytes, bytes.length, options);
  const tensors = new Map(
    [...infos.values()].map(({ name, dtype, shape, begin, end }) => {
      const data = bytes.subarray(dataOffset + begin, dataOffset + end);
      return [name, tensorFromBytes(dtype, shape, data)] as const;
    }),
  );
  return { metadata, tensors };
}

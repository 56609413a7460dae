/** What the header of a file says. Source: docs/format/safetensors.md, "Header". */
import type { Dtype } from "../dtype.js";

/** One tensor of a file, without its data. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  /** Dimensions, outermost first; `[]` is a scalar, which has one value. */
  readonly shape: readonly number[];
  /**
   * Only in lenient mode, and only for a tensor without values one of whose dimensions is beyond 2^53-1:
   * the exact dimensions. `shape` then holds the nearest numbers.
   */
  readonly exactShape?: readonly bigint[];
  /** First byte of its data, counted from the start of the data. */
  readonly begin: number;
  /** End of its data, exclusive, counted from the start of the data. */
  readonly end: number;
  /** Values: the product of `shape`. */
  readonly elementCount: number;
}

/** The header of one file; every rule of the format has been checked. */
export interface Header {
  /** Byte of the file at which the data starts: 8 and the length of the header. */
  readonly dataOffset: number;
  /** Bytes of data. */
  readonly dataByteLength: number;
  /** `__metadata__`, in the order of the file; undefined when absent or null. */
  readonly metadata: ReadonlyMap<string, string> | undefined;
  /** All tensors by name, in the order of their data. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
}

/**
 * `strict` refuses what the text of the format forbids or no JavaScript number holds; `lenient` takes
 * exactly what the reference takes. Source: docs/format/safetensors.md, "Strict and lenient".
 */
export type HeaderMode = "strict" | "lenient";

export interface HeaderOptions {
  /** `strict` by default. */
  readonly mode?: HeaderMode;
  /** Longest header to read, in bytes; 100,000,000 by default, which is the largest bound too. */
  readonly headerBytesMax?: number;
}

/** The name that is no tensor's. */
export const METADATA_NAME = "__metadata__";

/**
 * The one error class of this package: a stable code, where, and by how much.
 *
 * Codes are stable across releases, messages are not. Every fact in a message is also a field of
 * `details`. Source: docs/format/safetensors.md, "Errors".
 */

/** Every code, with what it says. */
export const SAFETENSORS_ERRORS = {
  /** The file ends before its 8 bytes of header length. */
  HEADER_TOO_SMALL: "read",
  /** The header is longer than the limit. */
  HEADER_TOO_LARGE: "read or write",
  /** The header would end after the end of the file. */
  INVALID_HEADER_LENGTH: "read",
  /** The header or index is not UTF-8. */
  INVALID_UTF8: "read",
  /** The header or index is not JSON. */
  INVALID_JSON: "read",
  /** JSON of another form than the format has. */
  INVALID_HEADER: "read",
  /** A tensor, or a key of the metadata, is there twice. */
  DUPLICATE_NAME: "read or write",
  /** Offsets that leave a hole, overlap or run backwards. */
  INVALID_OFFSETS: "read",
  /** A span of other length than shape and dtype need. */
  SIZE_MISMATCH: "read",
  /** A shape whose size does not fit in 64 bits. */
  OVERFLOW: "read or write",
  /** Values of less than a byte that do not end on a byte. */
  MISALIGNED: "read or write",
  /** An integer beyond 2^53-1. */
  UNSAFE_INTEGER: "read or write",
  /** The file ends before the data that the header promises. */
  TRUNCATED: "read",
  /** The file goes on after the data of the last tensor. */
  TRAILING_BYTES: "read",
  /** No tensor of that name. */
  TENSOR_NOT_FOUND: "read",
  /** A slice that the shape does not have. */
  INVALID_SLICE: "read",
  /** A tensor to be written whose data are not what dtype and shape say. */
  INVALID_TENSOR: "write",
  /** Metadata to be written that are not strings. */
  INVALID_METADATA: "write",
  /** A name that no file may have: `__metadata__`, half a surrogate pair, a path as a shard name. */
  INVALID_NAME: "read or write",
  /** An argument of the wrong kind or out of range. */
  INVALID_ARGUMENT: "read or write",
  /** JSON of another form than a shard index has. */
  INVALID_INDEX: "read",
  /** A bound of this package was exceeded; nothing was allocated. */
  LIMIT_EXCEEDED: "read or write",
  /** A source gave another number of bytes than it was asked for. */
  SHORT_READ: "read",
  /** The dtype has no such conversion. */
  UNSUPPORTED_DTYPE: "read or write",
  /** The file was closed before this call. */
  CLOSED: "read",
} as const satisfies Record<string, "read" | "write" | "read or write">;

export type SafetensorsErrorCode = keyof typeof SAFETENSORS_ERRORS;

/** The facts of one error: names and numbers. */
export interface SafetensorsErrorDetails {
  /** Byte of the file, or of the index, at which it is wrong. */
  readonly offset?: number;
  /** The tensor that is wrong. */
  readonly tensor?: string;
  readonly [fact: string]: unknown;
}

/** Everything that this package throws on purpose, but for the errors of the file system and of an AbortSignal. */
export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
  /** Stable; see docs/format/safetensors.md. */
  readonly code: SafetensorsErrorCode;
  /** Byte of the file, or of the index, at which it is wrong, where there is one. */
  readonly offset: number | undefined;
  /** The tensor that is wrong, where it is one. */
  readonly tensor: string | undefined;
  /** Every fact that the message states. */
  readonly details: SafetensorsErrorDetails;

  constructor(
    code: SafetensorsErrorCode,
    message: string,
    details: SafetensorsErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.offset = details.offset;
    this.tensor = details.tensor;
    this.details = details;
  }
}

/** Errors of the safetensors format as errors of crv. */
import { CrvError, IoError, IoSchemaError } from "@crv/core";
import { SafetensorsError } from "@crv/safetensors";

/** An error while `what` was read: damage is `CORRUPT`, a wrong question `INVALID_ARGUMENT`. */
export function readError(what: string, error: unknown): unknown {
  if (!(error instanceof SafetensorsError)) return error;
  const isQuestion = ["INVALID_ARGUMENT", "INVALID_SLICE", "UNSUPPORTED_DTYPE"].includes(
    error.code,
  );
  if (error.code === "TENSOR_NOT_FOUND") {
    return new IoError("NOT_FOUND", `${what}: ${error.message}`, { cause: error });
  }
  return new IoError(
    isQuestion
      ? "INVALID_ARGUMENT"
      : error.code === "LIMIT_EXCEEDED"
        ? "LIMIT_EXCEEDED"
        : "CORRUPT",
    `${what}: ${error.message}`,
    { details: { ...error.details, safetensors: error.code }, cause: error },
  );
}

/** An error while `what` was written: the input is wrong. */
export function writeError(what: string, error: unknown): unknown {
  if (!(error instanceof SafetensorsError)) return error;
  return new IoSchemaError("INVALID_ARGUMENT", `${what}: ${error.message}`, {
    details: { ...error.details, safetensors: error.code },
    cause: error,
  });
}

/** Names that cannot be used are arguments that are wrong, as in the original. */
export function argumentError(error: unknown): unknown {
  if (!(error instanceof CrvError) || error.code !== "INVALID_NAME") return error;
  return new IoError("INVALID_ARGUMENT", error.message, { details: error.details, cause: error });
}

/** @throws IoError `ABORTED`. */
export function checkNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

export function abortedError({ reason }: AbortSignal): IoError {
  return new IoError("ABORTED", "the call was cancelled through its AbortSignal", {
    cause: reason,
  });
}

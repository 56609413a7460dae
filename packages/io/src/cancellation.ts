/** Cancellation through an AbortSignal. */
import { CrvError, IoError } from "@crv/core";

/** @throws IoError `ABORTED`, with the signal's reason as cause. */
export function checkNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted(signal);
}

/**
 * What to throw for `error`: storage and sources report a cancellation in their own ways, an error of
 * ours stays as it is.
 */
export function abortedOr(error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted === true && !(error instanceof CrvError) ? aborted(signal) : error;
}

function aborted(signal: AbortSignal): IoError {
  return new IoError("ABORTED", "the call was cancelled through its AbortSignal", {
    cause: signal.reason,
  });
}

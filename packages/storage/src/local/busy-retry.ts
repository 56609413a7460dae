/** Patience with files that something else holds open for a moment: scanners, indexers, Windows. */
import type { Clock } from "@crv/core";
import { hasErrno } from "./file-error.js";

/** 10 + 20 + 40 + 80 ms: virus scanners let go within that; a true refusal is not worth more. */
const DELAYS_MS: readonly number[] = [10, 20, 40, 80];

/** Runs `call` until it is not refused as busy, at most five times. The last refusal is thrown. */
export async function retryBusy<T>(clock: Clock, call: () => Promise<T>): Promise<T> {
  for (const delayMs of DELAYS_MS) {
    try {
      return await call();
    } catch (error) {
      if (!hasErrno(error, "EBUSY", "EACCES", "EPERM")) throw error;
      await clock.sleep(delayMs);
    }
  }
  return call();
}

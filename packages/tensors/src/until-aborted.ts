/** A stream of a caller that a signal ends, also while the caller gives nothing. */
import { abortedError, checkNotAborted } from "./tensor-errors.js";

/** @throws IoError `ABORTED`; what `source` throws. */
export async function* untilAborted<Item>(
  source: AsyncIterable<Item>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Item, void> {
  if (signal === undefined) return yield* source;
  checkNotAborted(signal);
  const iterator = source[Symbol.asyncIterator]();
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(abortedError(signal));
  });
  aborted.catch(() => undefined);
  signal.addEventListener("abort", abort);
  let isDone = false;
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      isDone = next.done === true;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", abort);
    // Not awaited: a source that gives nothing may not end either.
    if (!isDone) iterator.return?.().catch(() => undefined);
  }
}

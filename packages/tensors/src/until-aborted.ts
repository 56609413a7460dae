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
  let isOpen = true;
  try {
    for (;;) {
      const next = await nextUntilAborted(iterator, signal);
      isOpen = next.done !== true;
      if (next.done) return;
      yield next.value;
      checkNotAborted(signal);
    }
  } finally {
    // Not awaited: a source that gives nothing may not end either.
    if (isOpen) iterator.return?.().catch(() => undefined);
  }
}

/** A promise of its own for each pull: one for the whole stream would keep what each pull left on it. */
function nextUntilAborted<Item>(
  iterator: AsyncIterator<Item>,
  signal: AbortSignal,
): Promise<IteratorResult<Item>> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortedError(signal));
    signal.addEventListener("abort", abort, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Items of a stream that a signal can end also while the next one is awaited. */
import { abortedOr, checkNotAborted } from "../cancellation.js";

/**
 * The items of `source`, until `signal` is aborted: then nobody waits for the source any more, which
 * is told to end.
 *
 * @throws IoError `ABORTED`.
 */
export async function* cancellableItems(
  source: AsyncIterable<unknown>,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  const items = source[Symbol.asyncIterator]();
  let isDone = false;
  let stopWaiting: ((error: unknown) => void) | undefined;
  const onAbort = (): void => stopWaiting?.(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    for (;;) {
      checkNotAborted(signal);
      // Not a race with one promise of the signal: that would hold on to every item's.
      const item = await new Promise<IteratorResult<unknown>>((resolve, reject) => {
        stopWaiting = reject;
        items.next().then(resolve, (error) => {
          isDone = true;
          reject(error);
        });
      });
      if (item.done === true) {
        isDone = true;
        return;
      }
      yield item.value;
    }
  } catch (error) {
    throw abortedOr(error, signal);
  } finally {
    signal.removeEventListener("abort", onAbort);
    if (!isDone) await endOf(items, signal);
  }
}

/** A source that is stuck does not answer its `return` either: an aborted one is not waited for. */
async function endOf(items: AsyncIterator<unknown>, signal: AbortSignal): Promise<void> {
  const ended = Promise.resolve(items.return?.());
  if (!signal.aborted) return void (await ended);
  ended.catch(() => undefined);
}

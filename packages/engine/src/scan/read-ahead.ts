/** Bounded read-ahead over several sources, in their order. */

/**
 * Gives the items of `read(source)` for each source in turn, while the next sources up to `width` in
 * all are being read already. Every source that was begun is ended, also when the consumer stops.
 */
export async function* readAhead<S, T>(
  sources: readonly S[],
  width: number,
  read: (source: S) => AsyncIterable<T>,
): AsyncIterable<T> {
  const begun: { first: Promise<IteratorResult<T>>; rest: AsyncIterator<T> }[] = [];
  const begin = (source: S): void => {
    const rest = read(source)[Symbol.asyncIterator]();
    const first = rest.next();
    // Awaited in its turn; until then a rejection must not count as unhandled.
    first.catch(() => undefined);
    begun.push({ first, rest });
  };
  let next = 0;
  try {
    for (;;) {
      while (begun.length < width && next < sources.length) begin(sources[next++] as S);
      const current = begun[0];
      if (current === undefined) return;
      let item = await current.first;
      while (!item.done) {
        yield item.value;
        item = await current.rest.next();
      }
      begun.shift();
    }
  } finally {
    await Promise.allSettled(begun.map(({ rest }) => rest.return?.()));
  }
}

/** p-map over a source that may fail. */
import pMap from "p-map";

/**
 * Results of `map` for each item of `source`, in its order; at most `concurrency` at a time.
 *
 * The source that p-map is given never throws. A generator that fails tells one pull under way the error
 * and the next the end, and p-map 7.1 takes the end for the result: what followed would be lost silently.
 *
 * @throws what `source` or `map` throws first.
 */
export async function mapSource<In, Out>(
  source: Iterable<In> | AsyncIterable<In>,
  map: (item: In) => Out | Promise<Out>,
  concurrency: number,
): Promise<Out[]> {
  let failure: { readonly reason: unknown } | undefined;
  async function* untilFailure(): AsyncGenerator<In, void> {
    try {
      yield* source;
    } catch (reason) {
      failure = { reason };
    }
  }
  const results = await pMap(untilFailure(), map, { concurrency });
  if (failure) throw failure.reason;
  return results as Out[];
}

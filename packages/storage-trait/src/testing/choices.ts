/**
 * Choices made one after another, where later ones may depend on earlier ones; random, or all of
 * them in turn.
 */
import type { SeededRandom } from "./seeded-random.js";

/** Chooses one of at least one option. */
export type Choose = <T>(options: readonly T[]) => T;

export function randomChoice(random: SeededRandom): Choose {
  return (options) => random.pick(options);
}

/** Always the first option. */
export const firstChoice: Choose = (options) => optionAt(options, 0);

/** Always the last option. */
export const lastChoice: Choose = (options) => optionAt(options, options.length - 1);

/**
 * Runs `decide` once for every sequence of choices that it can make. `decide` must be a function of
 * its choices alone.
 */
export function* everyChoice<Result>(decide: (choose: Choose) => Result): Generator<Result> {
  // An odometer whose wheels appear as they are asked for: `taken[i]` of `counts[i]` options.
  let taken: number[] = [];
  for (;;) {
    const counts: number[] = [];
    yield decide((options) => {
      const index = taken[counts.length] ?? 0;
      counts.push(options.length);
      return optionAt(options, index);
    });
    const last = counts.findLastIndex((count, i) => (taken[i] ?? 0) + 1 < count);
    if (last === -1) return;
    taken = counts.slice(0, last + 1).map((_, i) => (taken[i] ?? 0) + (i === last ? 1 : 0));
  }
}

function optionAt<T>(options: readonly T[], index: number): T {
  if (options.length === 0) throw new RangeError("nothing to choose from");
  return options[index] as T;
}

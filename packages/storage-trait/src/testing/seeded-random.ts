/** Randomness that a seed decides, so that every failure can be run again. */
import type { Random } from "@crv/core";

export interface SeededRandom extends Random {
  readonly seed: number;
  /** A whole number in `[0, below)`. */
  integer(below: number): number;
  pick<T>(options: readonly T[]): T;
}

/** @param seed Any number; its lower 32 bits count. */
export function seededRandom(seed: number): SeededRandom {
  const next = splitMix(seed >>> 0);
  const fraction = (): number => next() / 2 ** 32;
  const integer = (below: number): number => Math.floor(fraction() * below);
  return {
    seed,
    fraction,
    integer,
    bytes: (count) => Uint8Array.from({ length: count }, () => next() >>> 24),
    pick(options) {
      if (options.length === 0) throw new RangeError("nothing to pick from");
      return options[integer(options.length)] as (typeof options)[number];
    },
  };
}

/** SplitMix32: small, and good enough to choose schedules and faults. */
function splitMix(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

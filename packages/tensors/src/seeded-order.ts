/** Permutations from a seed: the same numbers give the same order, on every machine. */

/** A permutation of 0 … count-1 (Fisher and Yates), from numbers of mulberry32. */
export function seededOrder(count: number, ...seed: readonly number[]): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const next = randomOf(seed);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  return order;
}

/** Numbers in [0, 1). */
function randomOf(seed: readonly number[]): () => number {
  let state = seed.reduce((mixed, value) => mix((mixed ^ value) >>> 0), 0x9e3779b9);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The finalizer of MurmurHash3: neighbouring seeds give unlike orders. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

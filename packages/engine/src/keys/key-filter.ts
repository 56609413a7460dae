/**
 * Key filters: which keys a part cannot hold. A filter is the set of the hashes of its keys, cut to
 * as many bits as keep about one wrong answer in a million. Pure.
 *
 * Invariant: a key that a part holds is never said to be absent. Source: docs/format/key-filter.md.
 */
import { KEY_FILTER_BYTES_MAX } from "@crv/core";
import { decodeSet, encodeSet, REMAINDER_BITS } from "./golomb-set.js";

/** Bits of a key hash. */
const HASH_BITS = 52;
/** A key takes at most 23 bits, see docs/format/key-filter.md, "Code". */
const KEY_BITS_MAX = REMAINDER_BITS + 3;

export interface EncodedKeyFilter {
  readonly keys: number;
  readonly bytes: Uint8Array;
}

/** Undefined when it would be too large to be read whole. */
export function encodeKeyFilter(hashes: Float64Array): EncodedKeyFilter | undefined {
  const distinct = distinctOf(hashes);
  const keys = distinct.length;
  if ((keys * KEY_BITS_MAX) / 8 > KEY_FILTER_BYTES_MAX) return undefined;
  const shift = 2 ** cutBits(keys);
  return { keys, bytes: encodeSet(distinct.map((hash) => Math.floor(hash / shift))) };
}

export class KeyFilter {
  readonly #values: Float64Array;
  readonly #shift: number;

  /** Undefined when `bytes` are not those of a filter of so many keys. */
  static decode(bytes: Uint8Array, keys: number): KeyFilter | undefined {
    const cut = cutBits(keys);
    const values = decodeSet(bytes, keys, 2 ** (HASH_BITS - cut));
    return values && new KeyFilter(values, 2 ** cut);
  }

  private constructor(values: Float64Array, shift: number) {
    this.#values = values;
    this.#shift = shift;
  }

  /** False only if no key of such a hash is among those of the filter. */
  mayHold(hash: number): boolean {
    const value = Math.floor(hash / this.#shift);
    let low = 0;
    let high = this.#values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#values[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return this.#values[low] === value;
  }

  mayHoldAny(hashes: Float64Array): boolean {
    return hashes.some((hash) => this.mayHold(hash));
  }
}

/** Low bits of a hash that are left out of a filter of so many keys. */
function cutBits(keys: number): number {
  return HASH_BITS - REMAINDER_BITS - (32 - Math.clz32(keys - 1));
}

/** Ascending, each once. */
function distinctOf(hashes: Float64Array): Float64Array {
  const sorted = hashes.slice().sort();
  let count = 0;
  for (const hash of sorted) {
    if (count === 0 || hash !== sorted[count - 1]) sorted[count++] = hash;
  }
  return sorted.subarray(0, count);
}

/** The values of one key column in their order, so that bounds of a part become bounds of ranks. Pure. */
import type { ColumnStatistics, Scalar } from "@crv/core";
import { orderOf } from "../scan/scalar-order.js";

/** Ranks `[start, end)`. */
export interface RankRange {
  readonly start: number;
  readonly end: number;
}

export class KeyOrder {
  /** Distinct, ascending. */
  readonly #values: readonly Scalar[];
  /** Rank of each value that was given, in their order. */
  readonly ranks: Int32Array;

  constructor(values: readonly Scalar[]) {
    this.#values = sorted([...new Set(values)]);
    const rankOf = new Map(this.#values.map((value, rank) => [value, rank]));
    this.ranks = Int32Array.from(values, (value) => rankOf.get(value) as number);
  }

  get rankCount(): number {
    return this.#values.length;
  }

  /** Ranks of the values that may lie within these bounds. A bound that is absent excludes none. */
  within({ min, max }: Partial<ColumnStatistics>): RankRange {
    const end = this.#values.length;
    return {
      start: min === undefined ? 0 : this.#firstRank((value) => (orderOf(value, min) ?? 0) >= 0),
      end: max === undefined ? end : this.#firstRank((value) => (orderOf(value, max) ?? 0) > 0),
    };
  }

  /** First rank whose value passes a test that all greater values pass too. */
  #firstRank(passes: (value: Scalar) => boolean): number {
    let low = 0;
    let high = this.#values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (passes(this.#values[middle] as Scalar)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Numbers, the common case, without a call for each comparison. */
function sorted(values: readonly Scalar[]): readonly Scalar[] {
  if (values.every((value) => typeof value === "number")) {
    return Array.from(Float64Array.from(values as readonly number[]).sort());
  }
  return values.toSorted((a, b) => orderOf(a, b) ?? 0);
}

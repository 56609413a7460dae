/**
 * Keys that are looked for, prepared so that a part is judged in the time of a few searches: in the
 * order of their first column, with the rank of each in the others. Pure.
 */
import type { Hash52, StatisticsByColumn } from "@crv/core";
import type { RecordBatch } from "apache-arrow";
import { keyColumn } from "../row-keys.js";
import { keyBytes } from "./key-bytes.js";
import { KeyOrder, type RankRange } from "./key-order.js";

export class KeyProbe {
  readonly columns: readonly string[];
  readonly #batch: RecordBatch;
  readonly #hash: Hash52;
  readonly #orders: readonly KeyOrder[];
  /** Rows of the batch, by their rank in the first column. */
  readonly #rows: Int32Array;
  /** Position in `#rows` at which each rank of the first column begins. */
  readonly #starts: Int32Array;
  #hashes: Float64Array | undefined;

  /** @param batch The keys, one in each row. Requires: it has `columns`, at least one, without nulls. */
  constructor(batch: RecordBatch, columns: readonly string[], hash: Hash52) {
    this.columns = columns;
    this.#batch = batch;
    this.#hash = hash;
    const rows = Int32Array.from({ length: batch.numRows }, (_, row) => row);
    this.#orders = columns.map((name) => {
      const valueAt = keyColumn(batch, name);
      return new KeyOrder(Array.from(rows, valueAt));
    });
    const [first] = this.#orders as [KeyOrder];
    this.#starts = startsOf(first);
    this.#rows = rows.sort((a, b) => (first.ranks[a] as number) - (first.ranks[b] as number));
  }

  /** How many keys may be in a part of these statistics. */
  countWithin(statistics: StatisticsByColumn): number {
    const { start, end, isMatch } = this.#within(statistics);
    if (isMatch === undefined) return Math.max(0, end - start);
    return this.#rows.subarray(start, end).reduce((n, row) => n + Number(isMatch(row)), 0);
  }

  /** The hashes of these keys. */
  hashesWithin(statistics: StatisticsByColumn): Float64Array {
    const { start, end, isMatch } = this.#within(statistics);
    const hashes = this.#hashesInOrder().subarray(start, end);
    return isMatch ? hashes.filter((_, i) => isMatch(this.#rows[start + i] as number)) : hashes;
  }

  /** A run of `#rows`, and which of its rows the other columns allow; undefined: all. */
  #within(statistics: StatisticsByColumn) {
    const [first, ...others] = this.#orders.map((order, i) =>
      order.within(boundsOf(statistics, this.columns[i] as string)),
    ) as [RankRange, ...RankRange[]];
    const start = this.#starts[first.start] as number;
    const end = Math.max(start, this.#starts[first.end] as number);
    if (others.length === 0) return { start, end };
    const isMatch = (row: number): boolean =>
      others.every((range, i) => {
        const rank = this.#orders[i + 1]?.ranks[row] as number;
        return rank >= range.start && rank < range.end;
      });
    return { start, end, isMatch };
  }

  /** Computed when the first filter asks. */
  #hashesInOrder(): Float64Array {
    if (this.#hashes === undefined) {
      const bytesOf = keyBytes(this.#batch, this.columns);
      this.#hashes = Float64Array.from(this.#rows, (row) => this.#hash(bytesOf(row)));
    }
    return this.#hashes;
  }
}

/** Position of the first key of each rank, and of the end. */
function startsOf({ ranks, rankCount }: KeyOrder): Int32Array {
  const starts = new Int32Array(rankCount + 1);
  for (const rank of ranks) starts[rank + 1] = (starts[rank + 1] as number) + 1;
  for (let rank = 0; rank < rankCount; rank++) {
    starts[rank + 1] = (starts[rank + 1] as number) + (starts[rank] as number);
  }
  return starts;
}

/** A part may lack statistics; then nothing is known of it. */
function boundsOf(statistics: StatisticsByColumn, column: string) {
  return Object.hasOwn(statistics, column) ? (statistics[column] ?? {}) : {};
}

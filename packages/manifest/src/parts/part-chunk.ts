/** A chunk: rows that become one segment of a checkpoint, or came from one. */
import { NO_TICK, type PartRows, prefixOf } from "./part-rows.js";

/** Rows of a chunk. With 32 bits of an id, an index still fits a safe integer. */
export const CHUNK_ROWS_MAX = 2 ** 20;

/** A segment as a checkpoint names it. */
export interface SegmentRef {
  /** Name without directory and ending: version that wrote it, digest of its bytes. */
  readonly name: string;
  readonly bytes: number;
}

export class PartChunk {
  readonly rows: PartRows;
  /** Set once its rows are on disk: chunks are shared by the states of a log. */
  segment: SegmentRef | undefined;
  #ticks: readonly [min: number, max: number] | null | undefined;
  #index: Float64Array | undefined;

  constructor(rows: PartRows, segment?: SegmentRef) {
    this.rows = rows;
    this.segment = segment;
  }

  get count(): number {
    return this.rows.count;
  }

  /** Of all its parts, inclusive; null when one of them has no ticks. */
  get ticks(): readonly [min: number, max: number] | null {
    if (this.#ticks === undefined) this.#ticks = ticksOf(this.rows);
    return this.#ticks;
  }

  /** Index of the part with this path, or undefined. */
  find(path: string): number | undefined {
    const prefix = prefixOf(path);
    if (Number.isNaN(prefix)) return undefined;
    const index = this.#sorted();
    for (let at = lowerBound(index, prefix * CHUNK_ROWS_MAX); at < index.length; at++) {
      const entry = index[at] as number;
      if (Math.floor(entry / CHUNK_ROWS_MAX) !== prefix) return undefined;
      const row = entry % CHUNK_ROWS_MAX;
      if (this.rows.part(row).path === path) return row;
    }
    return undefined;
  }

  /** Numbers of prefix and row, sorted: eight bytes a part, where a map of paths needs a hundred. */
  #sorted(): Float64Array {
    this.#index ??= Float64Array.from(
      { length: this.count },
      (_, row) => this.rows.prefix(row) * CHUNK_ROWS_MAX + row,
    ).sort();
    return this.#index;
  }
}

function ticksOf(rows: PartRows): readonly [number, number] | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows.count; row++) {
    const from = rows.tickMin(row);
    if (from === NO_TICK) return null;
    if (from < min) min = from;
    const to = rows.tickMax(row);
    if (to > max) max = to;
  }
  return [min, max];
}

function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The live parts of a table, in order of their commits; a value that shares what it has with the
 * lists before and after it, so that a commit costs what it changes.
 *
 * Parts gather in a tail, full tails become chunks, and 32 chunks of one order of magnitude become
 * one: so each entry is copied, and written to a checkpoint, a logarithmic number of times.
 */
import type { ObjectKey } from "@crv/core";
import type { LivePart } from "./live-part.js";
import { CHUNK_ROWS_MAX, PartChunk } from "./part-chunk.js";
import { joinRows, NO_TICK, rowsOf } from "./part-rows.js";

/** Parts of a tail: about what is new in the commits between two checkpoints. */
const TAIL_PARTS_MAX = 256;
/** A tail that a checkpoint wrote and that has so many is not written again as part of a larger one. */
const SEALED_PARTS_MIN = TAIL_PARTS_MAX / 2;
/** Chunks of one order of magnitude that are merged. A lower one writes each entry more often. */
const FAN_IN = 32;
/** A chunk of which more than an eighth was removed is written anew without it. */
const REMOVED_DIVISOR = 8;

/** A chunk without those of its rows that later commits removed. */
export interface PartView {
  readonly chunk: PartChunk;
  readonly removed: ReadonlySet<number>;
}

/** Grows with the newest list; older ones see less of it. */
interface Tail {
  readonly parts: LivePart[];
  /** Of the list that was last written to a checkpoint. */
  chunk?: PartChunk;
}

const NONE: ReadonlySet<number> = new Set();

export class PartList implements Iterable<LivePart> {
  readonly #views: readonly PartView[];
  readonly #tail: Tail;
  readonly #tailCount: number;

  private constructor(views: readonly PartView[], tail: Tail, tailCount: number) {
    this.#views = views;
    this.#tail = tail;
    this.#tailCount = tailCount;
  }

  static of(views: readonly PartView[] = []): PartList {
    return new PartList(views, { parts: [] }, 0);
  }

  static from(parts: readonly LivePart[]): PartList {
    return PartList.of().append(parts);
  }

  get length(): number {
    return this.#views.reduce((sum, view) => sum + liveCount(view), this.#tailCount);
  }

  [Symbol.iterator](): Iterator<LivePart> {
    return this.overlapping();
  }

  /** Parts that may hold a tick of an inclusive range; only these are decoded. */
  *overlapping(
    tickMin = Number.NEGATIVE_INFINITY,
    tickMax = Number.POSITIVE_INFINITY,
  ): Generator<LivePart, undefined> {
    for (const { chunk, removed } of this.#views) {
      const { ticks, rows } = chunk;
      if (ticks !== null && (ticks[1] < tickMin || ticks[0] > tickMax)) continue;
      for (let row = 0; row < rows.count; row++) {
        const from = rows.tickMin(row);
        const isAsked = from === NO_TICK || (from <= tickMax && rows.tickMax(row) >= tickMin);
        if (isAsked && !removed.has(row)) yield rows.part(row);
      }
    }
    for (let row = 0; row < this.#tailCount; row++) {
      const part = this.#tail.parts[row] as LivePart;
      const { tickMin: from, tickMax: to } = part;
      if (from === null || to === null || (from <= tickMax && to >= tickMin)) yield part;
    }
  }

  has(path: ObjectKey): boolean {
    for (let row = 0; row < this.#tailCount; row++) {
      if (this.#tail.parts[row]?.path === path) return true;
    }
    return this.#views.some(({ chunk, removed }) => {
      const row = chunk.find(path);
      return row !== undefined && !removed.has(row);
    });
  }

  append(parts: readonly LivePart[]): PartList {
    if (parts.length === 0) return this;
    const written = this.#tail.chunk;
    if (written?.count === this.#tailCount && this.#tailCount >= SEALED_PARTS_MIN) {
      const views = mergeLast([...this.#views, { chunk: written, removed: NONE }]);
      return PartList.of(views).append(parts);
    }
    let tail = this.#tail;
    // What a list beside this one appended is not ours: then the tail is copied.
    if (tail.parts.length !== this.#tailCount) {
      tail = { parts: tail.parts.slice(0, this.#tailCount) };
    }
    for (const part of parts) tail.parts.push(part);
    const list = new PartList(this.#views, tail, tail.parts.length);
    return tail.parts.length < TAIL_PARTS_MAX ? list : list.#seal();
  }

  /** Without the parts of these paths; undefined when one is not there. */
  without(paths: readonly ObjectKey[]): PartList | undefined {
    if (paths.length === 0) return this;
    const gone = new Set(paths);
    const kept = this.#tailParts().filter((part) => !gone.has(part.path));
    let found = this.#tailCount - kept.length;
    const views: PartView[] = [];
    for (const view of this.#views) {
      const removed = new Set(view.removed);
      for (const path of gone) {
        const row = view.chunk.find(path);
        if (row !== undefined) removed.add(row);
      }
      found += removed.size - view.removed.size;
      if (removed.size < view.chunk.count) views.push(compact({ chunk: view.chunk, removed }));
    }
    if (found !== paths.length) return undefined;
    const isTailKept = kept.length === this.#tailCount;
    return isTailKept
      ? new PartList(views, this.#tail, this.#tailCount)
      : new PartList(views, { parts: kept }, kept.length);
  }

  /** All of it as chunks, for a checkpoint. The tail is a chunk of its own while it does not grow. */
  chunks(): readonly PartView[] {
    if (this.#tailCount === 0) return this.#views;
    if (this.#tail.chunk?.count !== this.#tailCount) {
      this.#tail.chunk = new PartChunk(rowsOf(this.#tailParts()));
    }
    return [...this.#views, { chunk: this.#tail.chunk, removed: NONE }];
  }

  #tailParts(): readonly LivePart[] {
    return this.#tail.parts.slice(0, this.#tailCount);
  }

  #seal(): PartList {
    const parts = this.#tailParts();
    const views = [...this.#views];
    for (let from = 0; from < parts.length; from += CHUNK_ROWS_MAX) {
      const chunk = new PartChunk(rowsOf(parts.slice(from, from + CHUNK_ROWS_MAX)));
      views.push({ chunk, removed: NONE });
    }
    return PartList.of(mergeLast(views));
  }
}

function liveCount({ chunk, removed }: PartView): number {
  return chunk.count - removed.size;
}

/** Merges chunks at the end while there are enough that are no larger, in magnitude, than the last. */
function mergeLast(views: readonly PartView[]): readonly PartView[] {
  let merged = [...views];
  for (;;) {
    const last = magnitude(merged.at(-1) as PartView);
    let first = merged.length;
    let rows = 0;
    while (first > 0) {
      const view = merged[first - 1] as PartView;
      rows += liveCount(view);
      if (magnitude(view) > last || rows > CHUNK_ROWS_MAX) break;
      first--;
    }
    if (merged.length - first < FAN_IN) return merged;
    merged = [...merged.slice(0, first), merge(merged.slice(first))];
  }
}

function magnitude(view: PartView): number {
  return Math.floor(Math.log2(Math.max(1, liveCount(view))) / Math.log2(FAN_IN));
}

function compact(view: PartView): PartView {
  return view.removed.size * REMOVED_DIVISOR > view.chunk.count ? merge([view]) : view;
}

function merge(views: readonly PartView[]): PartView {
  const sources = views.map(({ chunk, removed }) => ({
    rows: chunk.rows,
    kept: Array.from({ length: chunk.count }, (_, row) => row).filter((row) => !removed.has(row)),
  }));
  return { chunk: new PartChunk(joinRows(sources)), removed: NONE };
}

/** Which bytes of a tensor a slice needs. Pure. Source: docs/format/safetensors.md, "Slices". */
import { bitsOf } from "./dtype.js";
import { SafetensorsError } from "./errors.js";
import type { TensorInfo } from "./header/header.js";

/**
 * What is wanted of each dimension, outermost first; dimensions that are not named are wanted whole.
 *
 * - `3`: the index 3; the result has one dimension less.
 * - `[2, 5]`: the indices 2, 3 and 4.
 * - `null`: all.
 *
 * Indices are integers from 0; an end is at most the dimension. Nothing is clamped.
 */
export type Selection = readonly (number | readonly [begin: number, end: number] | null)[];

/** Bytes of the data of one tensor, counted from its first. */
export interface ByteRange {
  readonly begin: number;
  readonly end: number;
}

/** What to read, and what it then is. */
export interface SlicePlan {
  readonly shape: readonly number[];
  readonly byteLength: number;
  /** The ranges in the order of the result; no two touch. */
  ranges(): Generator<ByteRange>;
}

interface Axis {
  readonly begin: number;
  readonly count: number;
  /** Values between two neighbours along this axis. */
  readonly stride: number;
}

/** @throws SafetensorsError `INVALID_SLICE`, `MISALIGNED` */
export function planSlice(info: TensorInfo, selection: Selection): SlicePlan {
  const extents = resolve(info, selection);
  const shape = extents.filter((_, at) => typeof selection[at] !== "number").map(lengthOf);
  const axes = axesOf(info.shape, extents);
  const isEmpty = axes.some(({ count }) => count === 0);

  // The axes from `inner` on are wanted whole: with a part of the one before they are one range.
  let inner = axes.length;
  while (inner > 0 && axes[inner - 1]?.count === info.shape[inner - 1]) inner -= 1;
  const outer = axes.slice(0, Math.max(0, inner - 1));
  const last = axes[inner - 1] ?? { begin: 0, count: 1, stride: info.elementCount };
  const runLength = last.count * last.stride;
  const bits = bitsOf(info.dtype);
  const first = [...outer, last].reduce((sum, { begin, stride }) => sum + begin * stride, 0);
  if (!isEmpty) checkAligned(info, bits, first, runLength, outer);

  const runByteLength = isEmpty ? 0 : (runLength * bits) / 8;
  const runCount = outer.reduce((product, { count }) => product * count, 1);
  return {
    shape,
    byteLength: runByteLength * (isEmpty ? 0 : runCount),
    *ranges() {
      if (isEmpty) return;
      for (const start of startsOf(outer, first)) {
        const begin = (start * bits) / 8;
        yield { begin, end: begin + runByteLength };
      }
    },
  };
}

/** The first value of each run, in row-major order. */
function* startsOf(outer: readonly Axis[], first: number): Generator<number> {
  const indices = outer.map(() => 0);
  let start = first;
  for (;;) {
    yield start;
    let at = outer.length - 1;
    for (; at >= 0; at--) {
      const { count, stride } = outer[at] as Axis;
      const index = (indices[at] as number) + 1;
      if (index < count) {
        indices[at] = index;
        start += stride;
        break;
      }
      indices[at] = 0;
      start -= (count - 1) * stride;
    }
    if (at < 0) return;
  }
}

type Extent = readonly [begin: number, end: number];

function lengthOf([begin, end]: Extent): number {
  return end - begin;
}

function axesOf(shape: readonly number[], extents: readonly Extent[]): Axis[] {
  const axes: Axis[] = [];
  let stride = 1;
  for (let at = shape.length - 1; at >= 0; at--) {
    const [begin, end] = extents[at] as Extent;
    axes.unshift({ begin, count: end - begin, stride });
    stride *= shape[at] as number;
  }
  return axes;
}

function resolve(info: TensorInfo, selection: Selection): Extent[] {
  if (selection.length > info.shape.length) {
    throw new SafetensorsError(
      "INVALID_SLICE",
      `tensor ${JSON.stringify(info.name)} has ${info.shape.length} dimensions, the slice names ${selection.length}`,
      { tensor: info.name, shape: info.shape, dimensionCount: selection.length },
    );
  }
  return info.shape.map((size, at) => {
    const wanted = selection[at] ?? null;
    if (wanted === null) return [0, size];
    const [begin, end] = typeof wanted === "number" ? [wanted, wanted + 1] : wanted;
    const isRange = Number.isSafeInteger(begin) && Number.isSafeInteger(end) && begin >= 0;
    if (isRange && begin <= end && end <= size) return [begin, end];
    const asked = typeof wanted === "number" ? `index ${wanted}` : `[${begin}, ${end}]`;
    throw new SafetensorsError(
      "INVALID_SLICE",
      `tensor ${JSON.stringify(info.name)}: ${asked} of dimension ${at}, which has size ${size}; ` +
        "indices count from 0 and are not clamped",
      { tensor: info.name, shape: info.shape, dimension: at, asked: wanted, size },
    );
  });
}

/** Every run must begin and end on a byte: so the first does, and so does each step to another. */
function checkAligned(
  info: TensorInfo,
  bits: number,
  first: number,
  runLength: number,
  outer: readonly Axis[],
): void {
  const steps = outer.filter(({ count }) => count > 1).map(({ stride }) => stride);
  if ([first, runLength, ...steps].every((values) => (values * bits) % 8 === 0)) return;
  throw new SafetensorsError(
    "MISALIGNED",
    `tensor ${JSON.stringify(info.name)}: values of ${info.dtype} have ${bits} bits, and this slice does not begin and end on bytes`,
    { tensor: info.name, dtype: info.dtype, shape: info.shape },
  );
}

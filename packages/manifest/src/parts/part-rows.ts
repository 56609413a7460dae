/**
 * Part entries of one table that never change, by index, in order of their commits. Whether they are
 * objects or columns of a segment is hidden, so that an entry is decoded only when it is asked for.
 */
import { canonicalJson } from "@crv/core";
import { writePart } from "../shapes.js";
import type { LivePart } from "./live-part.js";

/** Tick bound of a part that has none: ticks are never negative. */
export const NO_TICK = -1;

/** Hex digits in the name of a part. */
const ID_DIGITS = 32;
const NAME_END = ".parquet";

/** An entry as a segment holds it: hex digits, numbers by column, and the other members as JSON. */
export interface PartRow {
  readonly id: string;
  readonly digest: string;
  readonly bucket: number;
  readonly rows: number;
  readonly bytes: number;
  readonly tick_min: number;
  readonly tick_max: number;
  /** Milliseconds since 1970. */
  readonly created_at: number;
  readonly entry: string;
}

export interface PartRows {
  readonly count: number;
  /** @throws IoManifestError `CORRUPT` when a segment holds what no writer writes. */
  part(index: number): LivePart;
  row(index: number): PartRow;
  /** First 32 bits of the digits in its name. */
  prefix(index: number): number;
  /** Inclusive; {@link NO_TICK} for none. */
  tickMin(index: number): number;
  tickMax(index: number): number;
}

export function rowsOf(parts: readonly LivePart[]): PartRows {
  const at = (index: number): LivePart => parts[index] as LivePart;
  return {
    count: parts.length,
    part: at,
    row: (index) => rowOf(at(index)),
    prefix: (index) => prefixOf(at(index).path),
    tickMin: (index) => at(index).tickMin ?? NO_TICK,
    tickMax: (index) => at(index).tickMax ?? NO_TICK,
  };
}

/** Members that later releases add to an entry go with the rest: no column is made for them. */
function rowOf(part: LivePart): PartRow {
  const { path, digest, bucket, rows, bytes, tick_min, tick_max, ...rest } = writePart(part) as {
    readonly path: string;
    readonly digest: string;
  } & Record<"bucket" | "rows" | "bytes", number> &
    Record<"tick_min" | "tick_max", number | null>;
  return {
    id: partId(path),
    digest,
    bucket,
    rows,
    bytes,
    tick_min: tick_min ?? NO_TICK,
    tick_max: tick_max ?? NO_TICK,
    created_at: Date.parse(part.createdAt),
    entry: canonicalJson(rest),
  };
}

/** First 32 bits of the digits in the name of a part; NaN of another path. */
export function prefixOf(path: string): number {
  return Number.parseInt(partId(path).slice(0, 8), 16);
}

/** 32 hex digits of the name of a part. */
function partId(path: string): string {
  return path.slice(-ID_DIGITS - NAME_END.length, -NAME_END.length);
}

/** Those rows of `sources` that are kept, one source after the other. */
export function joinRows(
  sources: readonly { readonly rows: PartRows; readonly kept: readonly number[] }[],
): PartRows {
  const from: PartRows[] = [];
  const at: number[] = [];
  for (const { rows, kept } of sources) {
    for (const index of kept) {
      from.push(rows);
      at.push(index);
    }
  }
  const pick =
    <T>(read: (rows: PartRows, index: number) => T) =>
    (index: number): T =>
      read(from[index] as PartRows, at[index] as number);
  return {
    count: at.length,
    part: pick((rows, index) => rows.part(index)),
    row: pick((rows, index) => rows.row(index)),
    prefix: pick((rows, index) => rows.prefix(index)),
    tickMin: pick((rows, index) => rows.tickMin(index)),
    tickMax: pick((rows, index) => rows.tickMax(index)),
  };
}

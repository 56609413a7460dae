/**
 * A segment of part entries: what planning needs as columns, the other members of an entry as JSON
 * text, parsed when the entry is asked for. Source: docs/format/checkpoint.md, "Segments".
 */
import { formatPartKey, type ObjectKey, type TableKey } from "@crv/core";
import { corrupt } from "../document.js";
import type { LivePart } from "../parts/live-part.js";
import { NO_TICK, type PartRow, type PartRows } from "../parts/part-rows.js";
import { partShape } from "../shapes.js";
import { type Column, type ColumnTypes, decodeColumns, encodeColumns } from "./arrow-columns.js";

/** Of an id and of a digest: 32 hex digits. */
const BINARY_BYTES = 16;
/** The digits of an id that an operation's parts share; a counter follows. */
const PREFIX_DIGITS = 24;
/** 0000-01-01 and the end of 9999, in ms: the years that a time of a record can have. */
const TIME_MIN = -62_167_219_200_000;
const TIME_MAX = 253_402_300_799_999;

const COUNTS = ["bucket", "rows", "bytes"] as const;
const NUMBERS = [...COUNTS, "tick_min", "tick_max", "created_at"] as const;
const TYPES: ColumnTypes = {
  id: BINARY_BYTES,
  digest: BINARY_BYTES,
  ...Object.fromEntries(NUMBERS.map((name) => [name, "number"])),
  entry: "text",
};

/** The bytes of a segment of these rows. The same rows always give the same bytes. */
export function encodePartSegment({ count, row: rowAt }: PartRows): Uint8Array {
  const ids = Buffer.alloc(count * BINARY_BYTES);
  const digests = Buffer.alloc(count * BINARY_BYTES);
  const numbers = NUMBERS.map((name) => [name, new Float64Array(count)] as const);
  const offsets = new Int32Array(count + 1);
  const entries: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    const row = rowAt(i);
    ids.write(row.id, i * BINARY_BYTES, "hex");
    digests.write(row.digest, i * BINARY_BYTES, "hex");
    for (const [name, values] of numbers) values[i] = row[name];
    const entry = Buffer.from(row.entry);
    entries.push(entry);
    offsets[i + 1] = (offsets[i] as number) + entry.byteLength;
  }
  const binary = (values: Uint8Array): Column => ({ kind: "bytes", width: BINARY_BYTES, values });
  const columns = {
    id: binary(ids),
    digest: binary(digests),
    ...Object.fromEntries(numbers.map(([name, values]) => [name, { kind: "number", values }])),
    entry: { kind: "text", offsets, values: Buffer.concat(entries) },
  } as const;
  return encodeColumns(columns as Readonly<Record<string, Column>>, count);
}

/**
 * The rows of a segment, or undefined when its columns are not those that a writer writes. The text of
 * an entry is checked when the entry is asked for.
 *
 * @param key For messages.
 * @param table Of which they are parts.
 */
export function decodePartSegment(
  key: ObjectKey,
  bytes: Uint8Array,
  table: TableKey,
): PartRows | undefined {
  const columns = decodeColumns(bytes, TYPES);
  if (columns === undefined) return undefined;
  const numbers = Object.fromEntries(
    NUMBERS.map((name) => [name, columns[name]?.values as Float64Array]),
  ) as Record<(typeof NUMBERS)[number], Float64Array>;
  if (!areSound(numbers)) return undefined;
  const entry = columns.entry as Extract<Column, { kind: "text" }>;
  return new SegmentRows(key, table, {
    ids: bufferOf(columns.id),
    digests: bufferOf(columns.digest),
    numbers,
    offsets: entry.offsets,
    entries: bufferOf(entry),
  });
}

function bufferOf(column: Column | undefined): Buffer {
  const { buffer, byteOffset, byteLength } = (column as Column).values;
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Plain loops: this is all that opening does for each part. */
function areSound(numbers: Record<(typeof NUMBERS)[number], Float64Array>): boolean {
  const { tick_min: min, tick_max: max, created_at: time } = numbers;
  for (const name of COUNTS) {
    const values = numbers[name];
    for (let i = 0; i < values.length; i++) if (!isCount(values[i] as number)) return false;
  }
  for (let i = 0; i < time.length; i++) {
    const value = time[i] as number;
    if (!Number.isSafeInteger(value) || value < TIME_MIN || value > TIME_MAX) return false;
  }
  for (let i = 0; i < min.length; i++) {
    const [from, to] = [min[i] as number, max[i] as number];
    if (from === NO_TICK ? to !== NO_TICK : !isCount(from) || !isCount(to) || from > to) {
      return false;
    }
  }
  return true;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

interface SegmentColumns {
  readonly ids: Buffer;
  readonly digests: Buffer;
  readonly numbers: Record<(typeof NUMBERS)[number], Float64Array>;
  readonly offsets: Int32Array;
  readonly entries: Buffer;
}

class SegmentRows implements PartRows {
  readonly count: number;
  readonly #key: ObjectKey;
  readonly #table: TableKey;
  readonly #columns: SegmentColumns;
  /** Entries that were asked for. */
  readonly #decoded = new Map<number, LivePart>();

  constructor(key: ObjectKey, table: TableKey, columns: SegmentColumns) {
    this.#key = key;
    this.#table = table;
    this.#columns = columns;
    this.count = columns.numbers.rows.length;
  }

  prefix = (index: number): number => this.#columns.ids.readUInt32BE(index * BINARY_BYTES);
  tickMin = (index: number): number => this.#columns.numbers.tick_min[index] as number;
  tickMax = (index: number): number => this.#columns.numbers.tick_max[index] as number;

  row = (index: number): PartRow => {
    const { ids, digests, numbers, offsets, entries } = this.#columns;
    const of = (name: (typeof NUMBERS)[number]): number => numbers[name][index] as number;
    return {
      id: hexAt(ids, index),
      digest: hexAt(digests, index),
      bucket: of("bucket"),
      rows: of("rows"),
      bytes: of("bytes"),
      tick_min: of("tick_min"),
      tick_max: of("tick_max"),
      created_at: of("created_at"),
      entry: entries.toString("utf8", offsets[index], offsets[index + 1]),
    };
  };

  part = (index: number): LivePart => {
    const known = this.#decoded.get(index);
    if (known !== undefined) return known;
    const part = this.#decode(this.row(index));
    this.#decoded.set(index, part);
    return part;
  };

  #decode(row: PartRow): LivePart {
    const { id, entry, created_at, tick_min, tick_max, ...members } = row;
    const counter = Number.parseInt(id.slice(PREFIX_DIGITS), 16);
    const shaped = partShape.safeParse({
      ...this.#parse(entry),
      ...members,
      path: formatPartKey(this.#table, row.bucket, id.slice(0, PREFIX_DIGITS), counter),
      tick_min: tick_min === NO_TICK ? null : tick_min,
      tick_max: tick_max === NO_TICK ? null : tick_max,
    });
    if (!shaped.success) throw corrupt(this.#key, "an entry of it is no part entry", shaped.error);
    return { ...shaped.data, createdAt: new Date(created_at).toISOString() };
  }

  #parse(entry: string): object {
    try {
      return JSON.parse(entry) as object;
    } catch (cause) {
      throw corrupt(this.#key, "an entry of it is no JSON", cause);
    }
  }
}

function hexAt(bytes: Buffer, index: number): string {
  return bytes.toString("hex", index * BINARY_BYTES, (index + 1) * BINARY_BYTES);
}

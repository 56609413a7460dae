/** What the tests of the Parquet codec share: a store in memory, a table of every type, its rows. */
import {
  defineTable,
  type ObjectKey,
  type PartEntry,
  parseObjectKey,
  parseRunId,
  sealOf,
  type TableDescriptor,
} from "@crv/core";
import type { PhysicalValue } from "@crv/core/arrow";
import { arrowSchema, BatchBuilder, batchOf, builderForType } from "@crv/core/arrow";
import type { ObjectStore } from "@crv/storage-trait/object-store";
import type { PartReadRequest, PartSource, PartStore } from "@crv/storage-trait/parts";
import { DataType, type RecordBatch } from "apache-arrow";

export const PART = parseObjectKey(
  "tables/t/bucket=000000/part-0123456789abcdef0123456789abcdef.parquet",
);

export type Row = Readonly<Record<string, PhysicalValue | null>>;

/** One column of every type, all nullable but the tick. */
export const EVERY_TYPE = defineTable({
  name: "every_type",
  columns: {
    tick: "i64",
    whole: "i64?",
    real: "f64?",
    text: "str?",
    flag: "bool?",
    small: "i32?",
    single: "f32?",
    at: "timestamp?",
    raw: "binary?",
    open: "struct?",
    list: "list[struct]?",
    vector: "f32[3]?",
    point: { struct: { x: "f64", label: "str?" }, nullable: true },
  },
});

export const EDGES = defineTable({
  name: "edges",
  columns: { tick: "i64", observer: "str", weight: "f64" },
});

/** Row `i` of `EVERY_TYPE`; every third value of a nullable column is null. */
export function everyTypeRow(i: number): Row {
  const values: Row = {
    whole: BigInt(i) * 1_000_003n - 500n,
    real: i / 7 - 3,
    text:
      ["", "alpha", "β", "a longer text of more than thirty-two bytes", "\u{1f600}"][i % 5] ?? "",
    flag: i % 2 === 0,
    small: i * 17 - 1000,
    single: Math.fround(i / 3),
    at: 1_700_000_000_000_000n + BigInt(i),
    raw: Uint8Array.of(i & 255, 0, 255),
    open: JSON.stringify({ i, nested: { empty: {} } }),
    list: JSON.stringify([{ i }, {}]),
    vector: Float32Array.of(i, i + 0.5, -i),
    point: [i / 2, i % 4 === 0 ? null : `label ${i % 3}`],
  };
  const names = Object.keys(values);
  return Object.fromEntries([
    ["tick", BigInt(i >> 2)],
    ...names.map((name, column) => [name, (i + column) % 3 === 0 ? null : values[name]]),
  ]);
}

/** Edges whose text and weight follow from the row number. */
export function edgeRow(i: number): Row {
  return { tick: BigInt(i >> 3), observer: `agent_${i % 13}`, weight: 1 + ((i * 37) % 101) };
}

export function rowsOf(count: number, row: (i: number) => Row): Row[] {
  return Array.from({ length: count }, (_, i) => row(i));
}

/** One batch of `rows`. */
export function batchOfRows(table: TableDescriptor, rows: readonly Row[]): RecordBatch {
  const schema = arrowSchema(table);
  const columns = schema.fields.map((field) => {
    const builder = builderForType(field.type);
    for (const row of rows) {
      const value = row[field.name] ?? null;
      if (value === null) builder.appendNulls(1);
      else builder.appendValue(value);
    }
    return builder.finish();
  });
  return batchOf(schema, rows.length, columns);
}

/** Several batches of `rows`; each has dictionaries of its own. */
export function batchesOfRows(
  table: TableDescriptor,
  rows: readonly Row[],
  batchRows: number,
): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let start = 0; start < rows.length; start += batchRows) {
    batches.push(batchOfRows(table, rows.slice(start, start + batchRows)));
  }
  return batches;
}

/** All of a part as one batch of the table's schema; columns that the part lacks are null. */
export async function readAligned(
  parts: PartStore,
  part: PartSource,
  table: TableDescriptor,
  request?: PartReadRequest,
): Promise<RecordBatch> {
  const builder = new BatchBuilder(arrowSchema(table));
  for await (const batch of parts.read(part, table, request)) builder.append(batch);
  return builder.finish();
}

/** A batch as plain values by column, which `toEqual` can compare. */
export function valuesOf(batch: RecordBatch): Record<string, unknown[]> {
  return Object.fromEntries(
    batch.schema.fields.map(({ name, type }, index) => {
      const values = [...(batch.getChildAt(index) ?? [])];
      // Arrow gives timestamps as milliseconds with a fraction, which are not exact.
      const exact = DataType.isTimestamp(type) ? batch.data.children[index]?.values : undefined;
      return [name, values.map((value, i) => (value === null ? null : plain(exact?.[i] ?? value)))];
    }),
  );
}

function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return JSON.parse(JSON.stringify(value));
}

export interface WriteOptions {
  readonly table: TableDescriptor;
  readonly batches: readonly RecordBatch[];
  readonly key?: ObjectKey;
}

/** Writes one part, which must succeed. */
export async function writeRows(
  parts: PartStore,
  { table, batches, key = PART }: WriteOptions,
): Promise<PartEntry> {
  const runId = parseRunId("run-1");
  const request = { key, runId, table, bucket: 7, batches, durability: "full" } as const;
  const outcome = await parts.write(request);
  if (outcome.kind !== "created") throw new Error(`the part was not created: ${outcome.kind}`);
  return outcome.part;
}

export interface MemoryObjects extends ObjectStore {
  /** Puts any bytes in the place of an object, as a bad disk would. */
  damage(key: ObjectKey, bytes: Uint8Array): void;
}

/** The smallest object store. */
export function memoryObjects(): MemoryObjects {
  const objects = new Map<ObjectKey, Uint8Array>();
  const modifiedAt = new Date(0);
  return {
    capabilities: { atomicCreate: true, durable: false, locations: false },
    async stat(key) {
      const bytes = objects.get(key);
      return bytes && { key, sizeBytes: bytes.byteLength, modifiedAt };
    },
    async get(key) {
      return objects.get(key)?.slice();
    },
    async *list() {},
    location: (key) => key,
    async create(key, body) {
      if (objects.has(key)) return { kind: "exists" };
      if (!(body instanceof Uint8Array)) throw new TypeError("only whole bodies");
      objects.set(key, body.slice());
      return { kind: "created", seal: await sealOf(body) };
    },
    async makeDurable(key) {
      return objects.has(key);
    },
    takeTurn: async () => async () => {},
    async close() {},
    damage(key, bytes) {
      objects.set(key, bytes.slice());
    },
  };
}

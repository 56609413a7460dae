/** A table of every column type, arbitrary rows of it, and the plainest way to read a batch back. */
import {
  type Data,
  DataType,
  type RecordBatch,
  RecordBatchReader,
  StructRow,
  Table,
  tableToIPC,
  Vector,
} from "apache-arrow";
import fc from "fast-check";
import { arrowSchema, batchOf, builderForType, type PhysicalValue } from "../../src/arrow.js";
import { defineTable } from "../../src/index.js";

export const sampleTable = defineTable({
  name: "sample",
  columns: {
    tick: "i64",
    weight: "f64?",
    name: "str?",
    flag: "bool?",
    count: "i32?",
    ratio: "f32?",
    at: "timestamp?",
    bytes: "binary?",
    payload: "struct?",
    items: "list[struct]?",
    state: "f32[3]?",
    wide: "i64[2]?",
    point: { struct: { x: "f64", label: "str?" }, nullable: true },
  },
});

export const sampleSchema = arrowSchema(sampleTable);

/** One value for each column, in descriptor order. */
export type SampleRow = readonly (PhysicalValue | null)[];

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.oneof(fc.constantFrom("", "a", "b", "ü", "𝄞x"), fc.string({ unit: "grapheme" }));
const json = fc.json({ maxDepth: 1 });

function optional<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(values, { freq: 3, nil: null });
}

export const sampleRow: fc.Arbitrary<SampleRow> = fc.tuple(
  fc.oneof(fc.maxSafeNat(), int64),
  optional(fc.double()),
  optional(text),
  optional(fc.boolean()),
  optional(fc.integer()),
  optional(fc.float()),
  optional(int64),
  optional(fc.uint8Array({ maxLength: 5 })),
  optional(json),
  optional(json),
  optional(fc.float32Array({ minLength: 3, maxLength: 3 })),
  optional(fc.bigInt64Array({ minLength: 2, maxLength: 2 })),
  optional(fc.tuple(fc.double(), optional(text))),
);

export function buildBatch(rows: readonly SampleRow[]): RecordBatch {
  const columns = sampleSchema.fields.map((field, index) => {
    const builder = builderForType(field.type);
    for (const row of rows) {
      const value = row[index] ?? null;
      if (value === null) builder.appendNulls(1);
      else builder.appendValue(value);
    }
    return builder.finish();
  });
  return batchOf(sampleSchema, rows.length, columns);
}

/** The batch as another program would hand it over. */
export function throughIpc(batch: RecordBatch): RecordBatch {
  const table = new Table(batch.schema, [batch]);
  const [read] = [...RecordBatchReader.from(tableToIPC(table, "stream"))];
  return read ?? batch;
}

/** Every value by Arrow's own `get`, except timestamps, whose `get` loses digits. */
export function readRows(batch: RecordBatch): unknown[][] {
  return Array.from({ length: batch.numRows }, (_, row) =>
    batch.data.children.map((column) => plain(valueAt(column, row))),
  );
}

export function plainRow(row: SampleRow): unknown[] {
  return row.map((value, index) => {
    if (index === 0 && typeof value === "number") return BigInt(value);
    if (Array.isArray(value)) return { x: value[0], label: value[1] };
    return plain(value);
  });
}

function valueAt(column: Data, row: number): unknown {
  if (!DataType.isTimestamp(column.type)) return new Vector([column]).get(row);
  return column.getValid(row) ? column.values[row] : null;
}

function plain(value: unknown): unknown {
  if (value instanceof Vector) return [...value];
  if (ArrayBuffer.isView(value)) return [...(value as Uint8Array)];
  if (value instanceof StructRow) return { ...value.toJSON() };
  return value;
}

/** Keys of every type that keys may be of, as values and as rows. */
import { defineTable, type TableDescriptor } from "@crv/core";
import { arrowSchema, batchOf, builderForType } from "@crv/core/arrow";
import { Field, Int32, Int64, makeData, type RecordBatch, Schema } from "apache-arrow";
import fc from "fast-check";

export const TYPED = defineTable({
  name: "typed_keys",
  columns: { tick: "i64", small: "i32", flag: "bool", at: "timestamp", name: "str" },
  key: ["tick", "small", "flag", "at", "name"],
  tick: null,
});

export interface TypedKey {
  readonly tick: bigint;
  readonly small: number;
  readonly flag: boolean;
  readonly at: bigint;
  readonly name: string;
}

/** Of any int64, the small and the largest more often. */
const int64 = fc.oneof(
  fc.bigInt(-3n, 3n),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n),
);
const int32 = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer());
/** Whole code points, also beyond the first plane, and longer than what bounds hold. */
const text = fc.oneof(
  fc.constantFrom(
    "",
    "a",
    "b",
    "ü",
    "\uffff",
    "😀",
    "a".repeat(64),
    "a".repeat(65),
    "😀".repeat(40),
  ),
  fc.string({ unit: "binary", maxLength: 80 }),
);

export const keysOfTypes: fc.Arbitrary<TypedKey> = fc.record({
  tick: int64,
  small: int32,
  flag: fc.boolean(),
  at: int64,
  name: text,
});

export function rowsOfTable(
  table: TableDescriptor,
  rows: readonly Readonly<Record<string, unknown>>[],
): RecordBatch {
  const schema = arrowSchema(table);
  const columns = schema.fields.map((field) => {
    const builder = builderForType(field.type);
    for (const row of rows) builder.appendValue(row[field.name] as never);
    return builder.finish();
  });
  return batchOf(schema, rows.length, columns);
}

export function keyRows(keys: readonly TypedKey[]): RecordBatch {
  return rowsOfTable(
    TYPED,
    keys.map((key) => ({ ...key })),
  );
}

export function i64Column(values: readonly bigint[]): RecordBatch {
  const type = new Int64();
  const data = makeData({ type, length: values.length, data: BigInt64Array.from(values) });
  return batchOf(new Schema([new Field("value", type)]), values.length, [data]);
}

export function i32Column(values: readonly number[]): RecordBatch {
  const type = new Int32();
  const data = makeData({ type, length: values.length, data: Int32Array.from(values) });
  return batchOf(new Schema([new Field("value", type)]), values.length, [data]);
}
